/** A process from the text of its files under /proc. Pure. */
import type { MachineProcess } from '../../api/processes.ts';

export interface ProcessTexts {
  readonly status: string | undefined;
  /** Arguments, each ended by a NUL; empty for threads of the kernel's. */
  readonly cmdline: string | undefined;
  readonly cgroup: string | undefined;
}

/** A command line may be 128 KiB: this is what a learner reads of it. */
const commandLengthMax = 1024;

/** Undefined for a process that ended meanwhile. */
export function parseProcess(
  { status, cmdline = '', cgroup = '' }: ProcessTexts,
  users: ReadonlyMap<number, string>,
): Omit<MachineProcess, 'namespaces'> | undefined {
  if (status === undefined) return undefined;
  const fields = new Map(
    status.split('\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
    }),
  );
  const pid = Number(fields.get('Pid'));
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const name = fields.get('Name') ?? '';
  const parentPid = Number(fields.get('PPid') ?? 0);
  const userId = Number(fields.get('Uid')?.split('\t')[0] ?? 0);
  const words = cmdline.replace(/\0+$/, '').split('\0').join(' ').trim();
  const containerId = containerOf(cgroup);
  return {
    pid,
    parentPid,
    namespacePids: numbers(fields.get('NSpid') ?? String(pid)),
    name,
    command: words === '' ? `[${name}]` : words.slice(0, commandLengthMax),
    userId,
    user: users.get(userId) ?? String(userId),
    state: fields.get('State')?.slice(0, 1) ?? '?',
    kernelThread: fields.get('Kthread') === '1' || pid === 2 || parentPid === 2,
    ...(containerId === undefined ? {} : { containerId }),
  };
}

/** `0::/docker/<id>`, or a group below it that the container made. */
function containerOf(cgroup: string): string | undefined {
  return /^0::\/docker\/([0-9a-f]{64})(?:\/|$)/m.exec(cgroup)?.[1];
}

/** Names by user ID, from /etc/passwd; the first of an ID counts. */
export function parseUsers(passwd: string): Map<number, string> {
  const users = new Map<number, string>();
  for (const line of passwd.split('\n')) {
    const [name = '', , id = ''] = line.split(':');
    if (name !== '' && /^\d+$/.test(id) && !users.has(Number(id))) users.set(Number(id), name);
  }
  return users;
}

/** `pid:[4026531836]`, what a link under /proc/PID/ns leads to. */
export function parseNamespace(target: string | undefined): number | undefined {
  const inode = /:\[(\d+)\]$/.exec(target ?? '')?.[1];
  return inode === undefined ? undefined : Number(inode);
}

function numbers(text: string): number[] {
  return text.split(/\s+/).filter(Boolean).map(Number);
}
