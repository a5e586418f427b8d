/** Writes a body of unknown length (RFC 9112 section 7.1). */
import { joinBytes } from '../join-bytes.ts';

const encoder = new TextEncoder();
const lineEnd = encoder.encode('\r\n');

export const lastChunk = encoder.encode('0\r\n\r\n');

/** An empty chunk would be the last one: the caller leaves it out. */
export function encodeChunk(chunk: Uint8Array): Uint8Array {
  const size = encoder.encode(`${chunk.length.toString(16)}\r\n`);
  return joinBytes([size, chunk, lineEnd]);
}
