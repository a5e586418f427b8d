/** `GET /containers/{id}/logs`: what was printed, and with `follow` what will be. */
import { KindError } from '../lib/errors.ts';
import { encodeStdcopy } from '../lib/stdcopy.ts';
import type { Container } from './container/container.ts';
import { splitLines, type LogChunk } from './container/container-log.ts';
import type { Daemon } from './daemon.ts';
import type { LogLine } from './log/log-format.ts';
import { logAttributes } from './log/log-attributes.ts';
import { logFileOptions } from './log/log-options.ts';
import { readLogFiles } from './log/read-log-files.ts';
import type { ContainerLogsOptions, LogsStream } from './server/backend/container-backend.ts';
import { rfc3339Nano } from './timestamps.ts';
import { joinBytes } from '../lib/join-bytes.ts';

export async function containerLogs(
  daemon: Daemon,
  name: string,
  options: ContainerLogsOptions,
): Promise<LogsStream> {
  const container = daemon.containers.find(name);
  if (container.hostConfig.LogConfig?.Type === 'none')
    throw new KindError('notImplemented', 'configured logging driver does not support reading');
  const multiplexed = !container.tty;
  const prefix = options.details === true ? detailsOf(container) : '';
  const encode = (chunk: LogChunk): Uint8Array => {
    const stamp = options.timestamps ? `${rfc3339Nano(chunk.timeMs)} ` : '';
    const data = withPrefix(chunk, stamp + prefix);
    return multiplexed ? encodeStdcopy(chunk.stream, data) : data;
  };
  const stop = new AbortController();
  options.signal?.addEventListener('abort', () => stop.abort(), { once: true });
  const chunks = logChunks(daemon, container, { ...options, signal: stop.signal });
  const readable = readableOf(chunks, { encode, cancel: () => stop.abort() });
  return { readable, multiplexed };
}

/** The attributes of the lines, sorted, as a query string would have them. */
function detailsOf(container: Container): string {
  const pairs = Object.entries(logAttributes(container)).map(
    ([name, value]) => `${queryEscape(name)}=${queryEscape(value)}`,
  );
  return `${pairs.join(',')} `;
}

/** As Go's url.QueryEscape. */
function queryEscape(text: string): string {
  const hex = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, hex);
}

/**
 * From memory when everything asked for is there, else from the files up to where memory takes over.
 * Ends when the container does.
 */
async function* logChunks(
  daemon: Daemon,
  container: Container,
  options: ContainerLogsOptions,
): AsyncGenerator<LogChunk, void, void> {
  const { log } = container;
  const follow = options.follow && container.isRunning;
  const wanted = (chunk: LogChunk) =>
    options[chunk.stream] && chunk.timeMs >= (options.sinceMs ?? -Infinity);
  const isPast = ({ timeMs }: LogChunk) => timeMs > (options.untilMs ?? Infinity);
  const end = follow ? Infinity : log.end;
  const { tail } = options;
  let position = tail === undefined ? 0 : log.tailPosition(tail, options.sinceMs);
  if (await needsFiles(container, position)) {
    for await (const chunk of fileChunks(daemon, container, tail)) {
      if (isPast(chunk)) return;
      if (wanted(chunk)) yield chunk;
      position = chunk.sequence;
    }
  }
  for (;;) {
    const chunk = position < end ? log.read(position) : undefined;
    if (chunk === undefined) {
      const isOver = !follow || !container.isRunning || container.removing;
      if (isOver || options.signal?.aborted === true) return;
      await changed(container, options.signal);
      continue;
    }
    position = chunk.sequence + chunk.lineCount;
    if (isPast(chunk)) return;
    if (wanted(chunk)) yield chunk;
  }
}

async function changed({ log }: Container, signal: AbortSignal | undefined): Promise<void> {
  const wake = () => log.wakeAll();
  signal?.addEventListener('abort', wake, { once: true });
  await log.changed();
  signal?.removeEventListener('abort', wake);
}

/** Lines before the oldest in memory: of this engine's time, or of one before it. */
async function needsFiles(container: Container, position: number): Promise<boolean> {
  const { log, logFile } = container;
  if (logFile === undefined || !container.startedBefore) return false;
  const oldest = log.read(0)?.sequence ?? log.end;
  if (position < oldest) return true;
  if (position > 0) return false;
  await logFile.flush();
  return logFile.hadLines;
}

/** What the files hold. `sequence` is where memory goes on after them. */
async function* fileChunks(
  daemon: Daemon,
  container: Container,
  tail: number | undefined,
): AsyncGenerator<LogChunk, void, void> {
  const { logFile } = container;
  const options = logFileOptions(container);
  if (logFile === undefined || options === undefined) return;
  const { sizeBytes, sequence } = await logFile.flush();
  let last: LogLine[] = [];
  for await (const lines of readLogFiles(daemon.guest, { ...options, sizeBytes })) {
    if (tail === undefined) yield* joinLines(lines, sequence);
    else last = [...last, ...lines].slice(-tail || Infinity);
  }
  yield* joinLines(last, sequence);
}

/** Those of one stream and one time belong together: they came so. */
function* joinLines(lines: readonly LogLine[], sequence: number): Generator<LogChunk, void, void> {
  for (let start = 0; start < lines.length;) {
    const first = lines[start];
    if (first === undefined) return;
    const { stream, timeMs } = first;
    let end = start + 1;
    while (lines[end]?.stream === stream && lines[end]?.timeMs === timeMs) end += 1;
    const parts = lines.slice(start, end).map(({ line }) => line);
    const joined = joinBytes(parts);
    yield { sequence, lineCount: end - start, stream, timeMs, lines: joined };
    start = end;
  }
}

function readableOf(
  chunks: AsyncGenerator<LogChunk, void, void>,
  options: { readonly encode: (chunk: LogChunk) => Uint8Array; readonly cancel: () => void },
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(options.encode(value));
      },
      async cancel() {
        options.cancel();
        await chunks.return();
      },
    },
    { highWaterMark: 0 },
  );
}

function withPrefix({ lines }: LogChunk, prefix: string): Uint8Array {
  if (prefix === '') return lines;
  const stamp = new TextEncoder().encode(prefix);
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
