/** What most requests to the agent share: a path, a result, bytes up to a limit. */
import type { Duplex } from '../lib/duplex.ts';
import { KindError } from '../lib/errors.ts';
import { joinBytes } from '../lib/join-bytes.ts';
import type { AgentStream } from './agent-stream.ts';
import type { PathOptions } from './guest.ts';
import { idMapText, type IdMapping } from './id-mapping.ts';
import { channel, controlKind, field } from './protocol.ts';
import { BodyWriter, type Fields } from './wire.ts';

/** The beginning of a request about a path. */
export function request(kind: number, path: string, options: PathOptions = {}): BodyWriter {
  const body = new BodyWriter(kind).text(field.path, path);
  return options.root === undefined ? body : body.text(field.root, options.root);
}

/** Whose users the owners of an archive are. */
export function idMapFields(body: BodyWriter, ids: IdMapping | undefined): void {
  if (ids === undefined) return;
  body.text(field.uidMap, idMapText(ids.uids)).text(field.gidMap, idMapText(ids.gids));
}

/**
 * Resolves with the request's result; rejects when the stream ends without one. Other control
 * messages go to `onControl`, also later ones; what it throws is the request's failure.
 */
export function waitForResult(
  stream: AgentStream,
  onControl?: (kind: number, fields: Fields) => void,
): Promise<Fields> {
  return new Promise((resolve, reject) => {
    stream.listen({
      onControl: (kind, fields) => {
        if (kind === controlKind.result) resolve(fields);
        try {
          onControl?.(kind, fields);
        } catch (error) {
          reject(error);
        }
      },
      onEnd: (error) =>
        reject(error ?? new KindError('unavailable', 'Agent closed the stream without a result')),
    });
  });
}

/** Everything a channel carries, or `resourceExhausted` beyond the limit. */
export async function collectBytes(
  stream: AgentStream,
  options: { channel: number; path: string; sizeBytesMax: number },
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream.readable(options.channel)) {
    size += part.length;
    if (size > options.sizeBytesMax) {
      const limit = `more than ${options.sizeBytesMax} bytes`;
      const error = new KindError('resourceExhausted', `Cannot read "${options.path}": ${limit}`);
      stream.reset(error);
      throw error;
    }
    parts.push(part);
  }
  return joinBytes(parts);
}

/** Texts that each follow their length in four bytes; a negative length stands for a missing one. */
export function splitFiles(bytes: Uint8Array): (string | undefined)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder();
  const files: (string | undefined)[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = view.getInt32(at, true);
    at += 4;
    files.push(length < 0 ? undefined : decoder.decode(bytes.subarray(at, at + length)));
    at += Math.max(0, length);
  }
  return files;
}

/**
 * A connection's stream as a pair of byte streams; when both halves are over it is closed. Aborting the
 * writable half resets the connection: the peer must not take what came for everything.
 */
export function duplexOf(stream: AgentStream): Duplex {
  return {
    readable: stream.readable(channel.stdin),
    writable: new WritableStream({
      write: (chunk) => stream.write(channel.stdin, chunk),
      close: () => stream.end(channel.stdin),
      abort: () => stream.reset(new KindError('cancelled', 'Connection was aborted')),
    }),
  };
}
