/** `GET /containers/{id}/top`: the machine's own ps, cut down to the container's processes. */
import type { ContainerTopResponse } from '../api/container.ts';
import type { SetupPlan } from '../guest/plan.ts';
import { KindError } from '../lib/errors.ts';
import { defaultPath } from './spec/environment.ts';
import type { Daemon } from './daemon.ts';

const outputSizeBytesMax = 1024 * 1024;

export async function containerTop(
  daemon: Daemon,
  name: string,
  psArgs: string,
): Promise<ContainerTopResponse> {
  if (!/^[A-Za-z0-9 ,=_%-]*$/.test(psArgs) || /pid=/.test(psArgs))
    throw new KindError('invalidParameter', `Error running ps: unsupported arguments "${psArgs}"`);
  const container = daemon.containers.find(name);
  if (container.run === undefined)
    throw new KindError('conflict', `container ${container.id} is not running`);
  const procs = await daemon.guest.readFile(`${container.cgroup}/cgroup.procs`);
  const pids = new Set(new TextDecoder().decode(procs).split('\n').filter(Boolean));
  const words = psArgs.split(' ').filter(Boolean);
  return parsePs(await runPs(daemon, words), pids);
}

async function runPs(daemon: Daemon, args: readonly string[]): Promise<string> {
  const cause = 'List processes for docker top';
  const plan: SetupPlan = {
    before: [],
    clone: { namespaces: [] },
    child: [
      { operation: { op: 'setsid' }, cause },
      {
        operation: { op: 'exec', path: 'ps', argv: ['ps', ...args], env: [`PATH=${defaultPath}`] },
        cause,
      },
    ],
  };
  const stdio = { stdin: false, stdout: true, stderr: true };
  const process = await daemon.guest.run(plan, { stdio });
  const [output, errors, status] = await Promise.all([
    collect(process.stdout),
    collect(process.stderr),
    process.exit,
  ]);
  if (status.code === 0) return output;
  throw new KindError('system', `Error running ps: ${errors.trim()}`);
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stream)
    if (text.length < outputSizeBytesMax) text += decoder.decode(chunk, { stream: true });
  return text;
}

/** The last column may hold spaces: it takes all that is left. */
export function parsePs(output: string, pids: ReadonlySet<string>): ContainerTopResponse {
  const [header = '', ...lines] = output.split('\n');
  const titles = header.trim().split(/\s+/);
  const pidColumn = titles.indexOf('PID');
  if (pidColumn < 0) throw new KindError('system', "Couldn't find PID field in ps output");
  const rows = lines.map((line) => {
    const words = line.trim().split(/\s+/);
    const fixed = words.slice(0, titles.length - 1);
    return [...fixed, words.slice(titles.length - 1).join(' ')];
  });
  return { Titles: titles, Processes: rows.filter((row) => pids.has(row[pidColumn] ?? '')) };
}
