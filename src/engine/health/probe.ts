/** One run of a healthcheck's command in its container: an exec like any other, with a limit of time. */
import type { HealthConfig } from '../../api/container.ts';
import { errorMessage } from '../../lib/errors.ts';
import { StdcopyDecoder } from '../../lib/stdcopy.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { Container } from '../container/container.ts';
import type { Daemon } from '../daemon.ts';
import { execCreate } from '../exec-create.ts';
import { execStart } from '../exec-start.ts';
import { sigkill } from '../../lib/signals.ts';
import type { ProbeResult } from './health-state.ts';

/** As dockerd: what a probe says beyond it is cut off. */
const outputSizeBytesMax = 4096;
const timeoutMsDefault = 30_000;

/** The command of a healthcheck; undefined when there is none. */
export function probeCommand({ config }: Container): readonly string[] | undefined {
  const [kind, ...words] = config.Healthcheck?.Test ?? [];
  if (kind === 'CMD') return words;
  if (kind !== 'CMD-SHELL') return undefined;
  const shell = config.Shell ?? [];
  return [...(shell.length > 0 ? shell : ['/bin/sh', '-c']), ...words];
}

/** Never rejects: a probe that cannot be run is a failed one. Aborted, the command is killed. */
export async function runProbe(
  daemon: Daemon,
  container: Container,
  options: { readonly command: readonly string[]; readonly signal: AbortSignal },
): Promise<ProbeResult> {
  const startMs = daemon.clock.now();
  try {
    const { exitCode, output } = await execute(daemon, container, options);
    return { startMs, endMs: daemon.clock.now(), exitCode, output };
  } catch (error) {
    return { startMs, endMs: daemon.clock.now(), exitCode: -1, output: errorMessage(error) };
  }
}

async function execute(
  daemon: Daemon,
  container: Container,
  options: { readonly command: readonly string[]; readonly signal: AbortSignal },
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const { command, signal } = options;
  if (command.length === 0)
    throw new Error(`healthcheck for container ${container.id} has no command`);
  const { User: user = '', WorkingDir: directory = '' } = container.config;
  const id = await execCreate(daemon, container.id, {
    Cmd: command,
    AttachStdout: true,
    AttachStderr: true,
    ...(user === '' ? {} : { User: user }),
    ...(directory === '' ? {} : { WorkingDir: directory }),
  });
  const stream = await execStart(daemon, id, { detach: false });
  const exec = daemon.execs.find(id);
  const kill = (): void => void exec.process?.signal(sigkill).catch(() => {});
  const limit = new AbortController();
  const timeoutMs = timeoutMsOf(container.config.Healthcheck ?? {});
  let timedOut = false;
  const timeout = daemon.clock.delay(timeoutMs, limit.signal).then(
    () => {
      timedOut = true;
      kill();
    },
    () => {},
  );
  signal.addEventListener('abort', kill, { once: true });
  const output = await collect(stream?.duplex.readable);
  signal.removeEventListener('abort', kill);
  limit.abort();
  await timeout;
  if (!timedOut) return { exitCode: exec.exitCode ?? -1, output };
  const message = `Health check exceeded timeout (${formatDuration(timeoutMs)})`;
  return { exitCode: -1, output: output === '' ? message : `${message}: ${output}` };
}

function timeoutMsOf({ Timeout: nanoseconds = 0 }: HealthConfig): number {
  return nanoseconds === 0 ? timeoutMsDefault : nanoseconds / 1e6;
}

async function collect(readable: ReadableStream<Uint8Array> | undefined): Promise<string> {
  const decoder = new StdcopyDecoder();
  const bytes = new Uint8Array(outputSizeBytesMax);
  let used = 0;
  let truncated = false;
  for await (const chunk of readable ?? []) {
    for (const { payload } of decoder.push(chunk)) {
      const kept = payload.subarray(0, outputSizeBytesMax - used);
      bytes.set(kept, used);
      used += kept.length;
      truncated ||= kept.length < payload.length;
    }
  }
  return new TextDecoder().decode(bytes.subarray(0, used)) + (truncated ? '...' : '');
}
