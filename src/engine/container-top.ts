/** `GET /containers/{id}/top`: the machine's own ps, cut down to the container's processes. */
import type { ContainerTopResponse } from '../api/container.ts';
import { KindError } from '../lib/errors.ts';
import type { Container } from './container/container.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';
import { runProgram } from './run-program.ts';

/** `psArgs` as the machine's ps takes them; `-ef` when empty. Rejects in ps's own words. */
export async function containerTop(
  daemon: Daemon,
  name: string,
  psArgs: string,
): Promise<ContainerTopResponse> {
  const renamed = /\s+([^\s]*)=\s*(PID[^\s]*)/.exec(psArgs);
  if (renamed !== null && renamed[1] !== 'pid')
    throw new KindError('system', `specifying "${renamed[1]}=${renamed[2]}" is not allowed`);
  const container = daemon.containers.find(name);
  checkRunning(container);
  const procs = await daemon.guest.readFile(`${container.cgroup}/cgroup.procs`);
  const pids = new TextDecoder().decode(procs).split('\n').filter(Boolean);
  const words = (psArgs || '-ef').split(' ');
  // Some options cannot be used together with a list of processes.
  const listed = await runPs(daemon, [...words, `-q${pids.join(',')}`]);
  const { output, errors } = listed.failed ? await runPs(daemon, words) : listed;
  if (errors !== undefined) throw new KindError('system', `ps: ${errors}`);
  const response = parsePs(output, new Set(pids));
  logContainerEvent(daemon, container, { action: 'top' });
  return response;
}

function checkRunning({ id, state, run }: Container): void {
  if (state.status === 'restarting') {
    const message = `Container ${id} is restarting, wait until the container is running`;
    throw new KindError('conflict', message);
  }
  if (run === undefined) throw new KindError('conflict', `container ${id} is not running`);
}

interface PsResult {
  readonly failed: boolean;
  readonly output: string;
  /** The first line of what it said when it failed. */
  readonly errors: string | undefined;
}

async function runPs({ guest }: Daemon, args: readonly string[]): Promise<PsResult> {
  const cause = 'List processes for docker top';
  const { code, output, errors } = await runProgram(guest, ['ps', ...args], cause);
  const reason = errors.split('\n')[0] || `exit status ${code}`;
  return { failed: code !== 0, output, errors: code === 0 ? undefined : reason };
}

/** The last column may hold spaces: it takes all that is left. Lines of threads go with their process. */
export function parsePs(output: string, pids: ReadonlySet<string>): ContainerTopResponse {
  const [header = '', ...lines] = output.split('\n');
  const titles = fields(header);
  const pidColumn = titles.indexOf('PID');
  if (pidColumn < 0) throw new KindError('system', "Couldn't find PID field in ps output");
  const processes: string[][] = [];
  let isOurs = false;
  for (const line of lines) {
    const words = fields(line);
    const pid = words[pidColumn];
    if (pid === undefined) continue;
    if (pid !== '-') isOurs = pids.has(pid);
    const last = titles.length - 1;
    if (isOurs) processes.push([...words.slice(0, last), words.slice(last).join(' ')]);
  }
  return { Titles: titles, Processes: processes };
}

function fields(line: string): string[] {
  return line.split(/[ \t\n\f\r]+/).filter(Boolean);
}
