/** The parts of a session: compressed bytes, and the machine's disk as the pieces that were written. */
import type { DiskPart } from '../../disk/block-store.ts';
import { KindError } from '../../lib/errors.ts';
import { generatorStream } from '../../lib/generator-stream.ts';
import { readChunks } from '../../lib/read-chunks.ts';

const numberSizeBytes = 4;
/** Offset in these, then the length. */
const offsetUnitBytes = 512;
const diskPartHeaderBytes = 2 * numberSizeBytes;
const diskPartSizeBytesMax = 1024 * 1024;

/** A browser's blob may lie on its disk, so that no part is in memory whole. */
export async function pack(content: ReadableStream<Uint8Array>): Promise<Blob> {
  const bytes = content as ReadableStream<Uint8Array<ArrayBuffer>>;
  return new Response(bytes.pipeThrough(new CompressionStream('gzip'))).blob();
}

export function unpack(packed: Blob): ReadableStream<Uint8Array> {
  return packed.stream().pipeThrough(new DecompressionStream('gzip'));
}

export async function packBytes(bytes: ArrayBuffer): Promise<Blob> {
  return pack(new Blob([bytes]).stream());
}

export async function unpackBytes(packed: Blob): Promise<ArrayBuffer> {
  const bytes = unpack(packed) as ReadableStream<Uint8Array<ArrayBuffer>>;
  return new Response(bytes).arrayBuffer();
}

export async function packJson(value: unknown): Promise<Blob> {
  return pack(new Blob([JSON.stringify(value)]).stream());
}

/** The caller knows what was packed. */
export async function unpackJson(packed: Blob): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await unpackBytes(packed)));
}

export function packDisk(parts: AsyncIterable<DiskPart>): Promise<Blob> {
  return pack(generatorStream(encodeDisk(parts)));
}

async function* encodeDisk(parts: AsyncIterable<DiskPart>): AsyncGenerator<Uint8Array, void> {
  for await (const { offset, bytes } of parts) {
    const record = new Uint8Array(diskPartHeaderBytes + bytes.length);
    const view = new DataView(record.buffer);
    view.setUint32(0, offset / offsetUnitBytes, true);
    view.setUint32(numberSizeBytes, bytes.length, true);
    record.set(bytes, diskPartHeaderBytes);
    yield record;
  }
}

/** Rejects `dataLoss` when it is cut off. */
export async function* unpackDisk(packed: Blob): AsyncGenerator<DiskPart, void> {
  let rest = new Uint8Array();
  for await (const chunk of readChunks(unpack(packed))) {
    const joined = new Uint8Array(rest.length + chunk.length);
    joined.set(rest);
    joined.set(chunk, rest.length);
    let at = 0;
    while (joined.length - at >= diskPartHeaderBytes) {
      const view = new DataView(joined.buffer, at, diskPartHeaderBytes);
      const length = view.getUint32(numberSizeBytes, true);
      if (length > diskPartSizeBytesMax) throw damagedDisk();
      const start = at + diskPartHeaderBytes;
      if (joined.length - start < length) break;
      const offset = view.getUint32(0, true) * offsetUnitBytes;
      yield { offset, bytes: joined.slice(start, start + length) };
      at = start + length;
    }
    rest = joined.slice(at);
  }
  if (rest.length > 0) throw damagedDisk();
}

function damagedDisk(): KindError {
  return new KindError('dataLoss', 'Cannot read the saved session: its disk is damaged');
}
