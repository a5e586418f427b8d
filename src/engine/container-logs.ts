/** `GET /containers/{id}/logs`: what was printed, and with `follow` what will be. */
import { KindError } from '../lib/errors.ts';
import { encodeStdcopy } from '../lib/stdcopy.ts';
import type { Container } from './container/container.ts';
import type { LogEntry } from './container/container-log.ts';
import type { Daemon } from './daemon.ts';
import type { ContainerLogsOptions, LogsStream } from './server/backend.ts';
import { rfc3339Nano } from './timestamps.ts';

/** Entries taken from the log at once. */
const batchCount = 256;

export async function containerLogs(
  daemon: Daemon,
  name: string,
  options: ContainerLogsOptions,
): Promise<LogsStream> {
  const container = daemon.containers.find(name);
  if (container.hostConfig.LogConfig?.Type === 'none')
    throw new KindError('notImplemented', 'configured logging driver does not support reading');
  const multiplexed = !container.tty;
  const encode = (entry: LogEntry): Uint8Array => {
    const line = options.timestamps ? withTimestamp(entry) : entry.line;
    return multiplexed ? encodeStdcopy(entry.stream, line) : line;
  };
  return { readable: logReadable(container, { ...options, encode }), multiplexed };
}

function logReadable(
  container: Container,
  options: ContainerLogsOptions & { readonly encode: (entry: LogEntry) => Uint8Array },
): ReadableStream<Uint8Array> {
  const { log } = container;
  const follow = options.follow && container.isRunning;
  const endAtStart = log.end;
  let position = firstPosition(container, options);
  let stopped = false;
  const stop = () => {
    stopped = true;
    log.wakeAll();
  };
  options.signal?.addEventListener('abort', stop, { once: true });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          const entries = log.from(position, batchCount);
          const last = entries.at(-1);
          if (last !== undefined) position = last.sequence + 1;
          const wanted = entries.filter(
            (entry) => matches(entry, options) && (follow || entry.sequence < endAtStart),
          );
          for (const entry of wanted) controller.enqueue(options.encode(entry));
          if (wanted.length > 0) return;
          if (entries.length > 0) continue;
          const over = !follow || stopped || !container.isRunning || isPast(container, options);
          if (over) {
            controller.close();
            return;
          }
          await log.changed();
        }
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
}

function isPast(container: Container, { untilMs }: ContainerLogsOptions): boolean {
  const last = container.log.from(container.log.end - 1).at(-1);
  return untilMs !== undefined && last !== undefined && last.timeMs > untilMs;
}

function matches(entry: LogEntry, options: ContainerLogsOptions): boolean {
  return (
    options[entry.stream] &&
    entry.timeMs >= (options.sinceMs ?? -Infinity) &&
    entry.timeMs <= (options.untilMs ?? Infinity)
  );
}

/** As the json-file driver, `tail` counts lines of both streams after `since` has cut them. */
function firstPosition({ log }: Container, options: ContainerLogsOptions): number {
  const { tail, sinceMs = -Infinity } = options;
  if (tail === undefined) return 0;
  if (tail === 0) return log.end;
  const recent = log.from(0).filter(({ timeMs }) => timeMs >= sinceMs);
  return recent.at(-tail)?.sequence ?? recent[0]?.sequence ?? log.end;
}

function withTimestamp({ timeMs, line }: LogEntry): Uint8Array {
  const stamp = new TextEncoder().encode(`${rfc3339Nano(timeMs)} `);
  const whole = new Uint8Array(stamp.length + line.length);
  whole.set(stamp);
  whole.set(line, stamp.length);
  return whole;
}
