/** `GET /containers/{id}/logs`: what was printed, and with `follow` what will be. */
import { KindError } from '../lib/errors.ts';
import { encodeStdcopy } from '../lib/stdcopy.ts';
import type { Container } from './container/container.ts';
import { splitLines, type LogChunk } from './container/container-log.ts';
import type { Daemon } from './daemon.ts';
import type { ContainerLogsOptions, LogsStream } from './server/backend/container-backend.ts';
import { rfc3339Nano } from './timestamps.ts';

export async function containerLogs(
  daemon: Daemon,
  name: string,
  options: ContainerLogsOptions,
): Promise<LogsStream> {
  const container = daemon.containers.find(name);
  if (container.hostConfig.LogConfig?.Type === 'none')
    throw new KindError('notImplemented', 'configured logging driver does not support reading');
  const multiplexed = !container.tty;
  const encode = (chunk: LogChunk): Uint8Array => {
    const data = options.timestamps ? withTimestamps(chunk) : chunk.lines;
    return multiplexed ? encodeStdcopy(chunk.stream, data) : data;
  };
  return { readable: logReadable(container, { ...options, encode }), multiplexed };
}

function logReadable(
  container: Container,
  options: ContainerLogsOptions & { readonly encode: (chunk: LogChunk) => Uint8Array },
): ReadableStream<Uint8Array> {
  const { log } = container;
  const follow = options.follow && container.isRunning;
  const end = follow ? Infinity : log.end;
  let position = options.tail === undefined ? 0 : log.tailPosition(options.tail, options.sinceMs);
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
          const chunk = position < end ? log.read(position) : undefined;
          if (chunk === undefined) {
            const isOver = !follow || !container.isRunning || container.removing;
            if (isOver || stopped) return controller.close();
            await log.changed();
            continue;
          }
          position = chunk.sequence + chunk.lineCount;
          if (chunk.timeMs > (options.untilMs ?? Infinity)) return controller.close();
          if (!options[chunk.stream] || chunk.timeMs < (options.sinceMs ?? -Infinity)) continue;
          controller.enqueue(options.encode(chunk));
          return undefined;
        }
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
}

function withTimestamps({ timeMs, lines }: LogChunk): Uint8Array {
  const stamp = new TextEncoder().encode(`${rfc3339Nano(timeMs)} `);
  const parts = splitLines(lines);
  const whole = new Uint8Array(lines.length + parts.length * stamp.length);
  let at = 0;
  for (const part of parts) {
    whole.set(stamp, at);
    whole.set(part, at + stamp.length);
    at += stamp.length + part.length;
  }
  return whole;
}
