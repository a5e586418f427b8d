/** `GET /bottleship/processes`: all processes with their namespaces, and the cgroups of containers. */
import {
  namespaceKinds,
  type MachineProcess,
  type NamespaceInodes,
  type ProcessesResponse,
} from '../../api/processes.ts';
import type { Guest } from '../../guest/guest.ts';
import type { Daemon } from '../daemon.ts';
import { readControlGroups } from './control-groups.ts';
import { parseNamespace, parseProcess, parseUsers } from './process-files.ts';

/** More than a machine of this size holds when all is well; each costs eight questions to the agent. */
export const processesMax = 512;
export const controlGroupsMax = 64;
/** Processes that are asked for their namespaces at a time. */
const askedAtOnce = 16;

export async function machineProcesses(daemon: Daemon): Promise<ProcessesResponse> {
  const { guest } = daemon;
  const running = daemon.containers.list().filter(({ run }) => run !== undefined);
  const names = (await guest.readDirectory('/proc')).filter((name) => /^\d+$/.test(name));
  const pids = names.map(Number).sort((a, b) => a - b);
  const [processes, controlGroups] = await Promise.all([
    readProcesses(guest, pids.slice(0, processesMax)),
    readControlGroups(daemon, running.slice(0, controlGroupsMax)),
  ]);
  const truncated = pids.length > processesMax || running.length > controlGroupsMax;
  return { processes, controlGroups, truncated };
}

async function readProcesses(guest: Guest, pids: readonly number[]): Promise<MachineProcess[]> {
  const paths = pids.flatMap((pid) =>
    ['status', 'cmdline', 'cgroup'].map((file) => `/proc/${pid}/${file}`),
  );
  const [passwd = '', ...texts] = await guest.readFiles(['/etc/passwd', ...paths]);
  const users = parseUsers(passwd);
  const known = pids.flatMap((_pid, index) => {
    const [status, cmdline, cgroup] = texts.slice(index * 3, index * 3 + 3);
    return parseProcess({ status, cmdline, cgroup }, users) ?? [];
  });
  const processes: MachineProcess[] = [];
  for (let start = 0; start < known.length; start += askedAtOnce) {
    const some = known.slice(start, start + askedAtOnce).map(async (process) => ({
      ...process,
      namespaces: process.kernelThread ? {} : await readNamespaces(guest, process.pid),
    }));
    processes.push(...(await Promise.all(some)));
  }
  return processes;
}

/** What is gone, or what this kernel lacks, is left out. */
async function readNamespaces(guest: Guest, pid: number): Promise<NamespaceInodes> {
  const inodes = await Promise.all(
    namespaceKinds.map(async (kind) => {
      const link = await guest.stat(`/proc/${pid}/ns/${kind}`).catch(() => undefined);
      return [kind, parseNamespace(link?.target)] as const;
    }),
  );
  return Object.fromEntries(inodes.filter(([, inode]) => inode !== undefined));
}
