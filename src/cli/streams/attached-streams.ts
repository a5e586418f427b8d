/**
 * Connects the caller's streams with a hijacked connection: typed bytes in, output out, raw terminal
 * in between, and the key sequence that lets go of it.
 */
import type { Duplex } from '../../lib/duplex.ts';
import { readChunks } from '../../lib/read-chunks.ts';
import { StdcopyDecoder } from '../../lib/stdcopy.ts';
import type { CommandContext } from '../command/command.ts';
import type { Output } from '../output.ts';
import { DetachWatcher, parseDetachKeys } from './detach-keys.ts';

export interface AttachOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
  readonly detachKeys: string;
}

/** How the connection came to its end. */
export type AttachEnd = 'ended' | 'detached';

/** Resolves when the container's output has ended, or the user has detached. */
export async function streamAttached(
  context: CommandContext,
  connection: Duplex,
  options: AttachOptions,
): Promise<AttachEnd> {
  const raw = options.stdin && options.tty && context.invocation.terminal.stdin;
  if (raw) await context.invocation.setRawMode(true);
  const stop = new AbortController();
  try {
    const { signal } = stop;
    const input = copyInput(context, connection, { ...options, signal });
    if (!options.stdout && !options.stderr) {
      await connection.readable.cancel().catch(() => undefined);
      return await input;
    }
    const copied = copyOutput(context, connection.readable, { ...options, signal });
    const output = copied.then(() => 'ended' as const);
    const detached = input.then((end) => (end === 'detached' ? end : output));
    return await Promise.race([output, detached, brokenPipe(context)]);
  } finally {
    stop.abort();
    if (raw) await context.invocation.setRawMode(false);
  }
}

/** Rejects when nobody reads an output any more. The container goes on. */
function brokenPipe({ out, err }: CommandContext): Promise<never> {
  const fail = (name: string) => () => {
    throw new Error(`write /dev/${name}: broken pipe`);
  };
  return Promise.race([out.broken.then(fail('stdout')), err.broken.then(fail('stderr'))]);
}

/** Copies until either side ends; the container then sees the end of its stdin. */
async function copyInput(
  context: CommandContext,
  connection: Duplex,
  options: AttachOptions & { readonly signal: AbortSignal },
): Promise<AttachEnd> {
  const writer = connection.writable.getWriter();
  writer.closed.catch(() => undefined);
  try {
    if (!options.stdin) return 'ended';
    const watcher = options.tty
      ? new DetachWatcher(parseDetachKeys(options.detachKeys))
      : undefined;
    const reader = context.invocation.stdin.getReader();
    // Typed bytes that are still to come belong to whoever reads this stream next.
    options.signal.addEventListener('abort', () => reader.releaseLock());
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 'ended';
      const { bytes, detached } = watcher?.push(value) ?? { bytes: value, detached: false };
      if (bytes.length > 0) await writer.write(bytes);
      if (detached) return 'detached';
    }
  } catch {
    // The container is gone or the reader was released: its output tells how it ended.
    return 'ended';
  } finally {
    await writer.close().catch(() => undefined);
  }
}

async function copyOutput(
  context: CommandContext,
  readable: ReadableStream<Uint8Array>,
  options: AttachOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const { signal } = options;
  if (options.tty) return copyPlain(readable, context.out, { signal });
  return copyStdcopy(readable, {
    signal,
    stdout: options.stdout ? context.out : undefined,
    stderr: options.stderr ? context.err : undefined,
  });
}

export async function copyPlain(
  readable: ReadableStream<Uint8Array>,
  output: Output,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  for await (const chunk of readChunks(readable, signal)) await output.write(chunk);
}

/** Separates the two output streams of a container without terminal. */
export async function copyStdcopy(
  readable: ReadableStream<Uint8Array>,
  outputs: {
    readonly stdout: Output | undefined;
    readonly stderr: Output | undefined;
    readonly signal?: AbortSignal;
  },
): Promise<void> {
  const decoder = new StdcopyDecoder();
  for await (const chunk of readChunks(readable, outputs.signal)) {
    for (const frame of decoder.push(chunk)) {
      if (frame.stream === 'systemerr') {
        const message = new TextDecoder().decode(frame.payload);
        throw new Error(`error from daemon in stream: ${message}`);
      }
      const output = frame.stream === 'stderr' ? outputs.stderr : outputs.stdout;
      await output?.write(frame.payload);
    }
  }
}
