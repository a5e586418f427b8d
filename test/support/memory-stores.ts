/** Content in memory, for tests that are not about storage. */
import { ChunkedContentStore } from '../../src/image/chunked-content-store.ts';
import type { ContentStore } from '../../src/image/content-store.ts';
import { MemoryChunks } from '../../src/image/memory-chunks.ts';

export { createMemoryRecordStore } from '../../src/image/memory-chunks.ts';

export interface MemoryContentStore extends ContentStore {
  /** Chunks of writes that were neither committed nor aborted. */
  leftovers(): number;
}

export function createMemoryContentStore(): MemoryContentStore {
  const chunks = new MemoryChunks();
  return Object.assign(new ChunkedContentStore(chunks), { leftovers: () => chunks.leftovers });
}
