/** A disk that is forgotten: for tests, and for a tab that finds the disk in use by another one. */
import { KindError } from '../lib/errors.ts';
import type { CopyableBlockStore, DiskPart } from './block-store.ts';
import type { DiskImage } from './disk-image.ts';

const chunkSizeBytes = 64 * 1024;
/** The page's memory is what it takes. */
export const memoryDiskSizeBytesMax = 512 * 1024 * 1024;

export class MemoryBlockStore implements CopyableBlockStore {
  readonly sizeBytes: number;
  readonly #chunks = new Map<number, Uint8Array>();
  readonly #storedBytesMax: number;

  /** `storedBytesMax`: of what was written and is not zero; `resourceExhausted` beyond. */
  constructor(image: DiskImage, storedBytesMax: number = memoryDiskSizeBytesMax) {
    this.sizeBytes = image.sizeBytes;
    this.#storedBytesMax = storedBytesMax;
    for (const [offset, content] of image.blocks) this.write(offset, content);
  }

  read(offset: number, length: number): Uint8Array {
    const result = new Uint8Array(Math.max(0, Math.min(length, this.sizeBytes - offset)));
    for (const part of chunkParts(offset, result.length)) {
      const chunk = this.#chunks.get(part.index);
      if (chunk !== undefined)
        result.set(chunk.subarray(part.start, part.start + part.length), part.at);
    }
    return result;
  }

  write(offset: number, bytes: Uint8Array): void {
    checkRange(this, offset, bytes.length);
    for (const part of chunkParts(offset, bytes.length)) {
      const chunk = this.#chunks.get(part.index) ?? this.#add(part.index);
      chunk.set(bytes.subarray(part.at, part.at + part.length), part.start);
    }
  }

  async flush(): Promise<void> {}

  async *parts(): AsyncIterable<DiskPart> {
    for (const index of [...this.#chunks.keys()].sort((a, b) => a - b)) {
      const bytes = this.#chunks.get(index);
      if (bytes?.some((byte) => byte !== 0) === true)
        yield { offset: index * chunkSizeBytes, bytes };
    }
  }

  dispose(): void {
    this.#chunks.clear();
  }

  #add(index: number): Uint8Array {
    if ((this.#chunks.size + 1) * chunkSizeBytes > this.#storedBytesMax) throw diskFull();
    const chunk = new Uint8Array(chunkSizeBytes);
    this.#chunks.set(index, chunk);
    return chunk;
  }
}

export interface ChunkPart {
  readonly index: number;
  /** Within the chunk. */
  readonly start: number;
  readonly length: number;
  /** Within the whole. */
  readonly at: number;
}

/** Bytes [offset, offset + length) by chunk. */
export function chunkParts(
  offset: number,
  length: number,
  sizeBytes: number = chunkSizeBytes,
): ChunkPart[] {
  const parts: ChunkPart[] = [];
  for (let at = 0; at < length;) {
    const index = Math.floor((offset + at) / sizeBytes);
    const start = offset + at - index * sizeBytes;
    const partLength = Math.min(sizeBytes - start, length - at);
    parts.push({ index, start, length: partLength, at });
    at += partLength;
  }
  return parts;
}

/** A disk does not grow. */
export function checkRange(
  { sizeBytes }: { readonly sizeBytes: number },
  offset: number,
  length: number,
): void {
  if (offset >= 0 && offset + length <= sizeBytes) return;
  throw new KindError('invalidParameter', `Cannot write to the disk: offset ${offset} is outside`);
}

export function diskFull(cause?: unknown): KindError {
  return new KindError('resourceExhausted', 'no space left on device', { cause });
}
