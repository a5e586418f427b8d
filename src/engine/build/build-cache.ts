/**
 * Results of steps by what they were made from, kept across reloads. A record names a layer, which then stays; the
 * directories of `RUN --mount=type=cache` are records too.
 */
import type { BuildCacheRecord } from '../../api/disk-usage.ts';
import type { Digest } from '../../image/digest.ts';
import { digestOf } from '../../image/hash.ts';
import type { StateStore } from '../state/state-store.ts';
import { LruCache } from '../../lib/lru-cache.ts';
import { jsonTime } from '../timestamps.ts';

/** Beyond this what was used longest ago and least goes, as BuildKit's collector does. */
export const buildCacheBytesMax = 2 * 1024 ** 3;
const keyPrefix = 'build-cache/';
/** Steps whose sums are remembered, by the engine that runs. */
const copySumsMax = 512;

export interface CacheEntry {
  /** 64 hex digits. */
  readonly id: string;
  readonly parent: string;
  /** `internal` is what only settings come from: it is kept to make the same image again. */
  readonly type: 'regular' | 'internal' | 'source.local' | 'exec.cachemount';
  readonly description: string;
  /** Undefined when the step changed no file, and for directories of cache mounts. */
  readonly diffId?: Digest;
  readonly sizeBytes: number;
  /** RFC 3339: when the step ran, which its image tells. */
  readonly created: string;
  readonly createdMs: number;
  readonly usedMs: number;
  readonly usageCount: number;
}

/** What a COPY or ADD comes to. */
export interface CopySum {
  /** Of everything that Docker's cache heeds. */
  readonly sum: Digest;
  /** What the classic builder's history calls it. */
  readonly sourceKind: 'file' | 'dir' | 'multi';
}

/** The key of what `parts` describe. */
export async function cacheKey(parts: unknown): Promise<string> {
  const digest = await digestOf(new TextEncoder().encode(JSON.stringify(parts)));
  return digest.slice('sha256:'.length);
}

export class BuildCache {
  readonly #entries = new Map<string, CacheEntry>();
  readonly #state: StateStore;
  readonly #now: () => number;
  readonly #inUse = new Map<string, number>();
  /** What COPY and ADD came to, by what they were made from; not kept across reloads. */
  readonly copySums = new LruCache<string, CopySum>(copySumsMax);
  /** What is kept beyond what images hold. */
  readonly bytesMax: number;

  constructor(options: {
    readonly state: StateStore;
    readonly now: () => number;
    readonly bytesMax?: number;
  }) {
    this.#state = options.state;
    this.#now = options.now;
    this.bytesMax = options.bytesMax ?? buildCacheBytesMax;
  }

  /** What was kept before. */
  async restore(): Promise<void> {
    for (const record of await this.#state.load(keyPrefix)) {
      const entry = record as unknown as CacheEntry;
      if (typeof entry.id === 'string' && typeof entry.created === 'string')
        this.#entries.set(entry.id, entry);
    }
  }

  list(): CacheEntry[] {
    return [...this.#entries.values()];
  }

  peek(id: string): CacheEntry | undefined {
    return this.#entries.get(id);
  }

  /** Counts as use. */
  take(id: string): CacheEntry | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    this.#set({ ...entry, usedMs: this.#now(), usageCount: entry.usageCount + 1 });
    return entry;
  }

  add(entry: Omit<CacheEntry, 'usedMs' | 'usageCount' | 'createdMs'>): void {
    const now = this.#now();
    this.#set({ ...entry, createdMs: now, usedMs: now, usageCount: 1 });
  }

  setSize(id: string, sizeBytes: number): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#set({ ...entry, sizeBytes });
  }

  remove(id: string): void {
    this.#entries.delete(id);
    this.#state.save(keyPrefix + id, undefined);
  }

  /** Keeps an entry from being pruned until what is returned is called. */
  use(id: string): () => void {
    this.#inUse.set(id, (this.#inUse.get(id) ?? 0) + 1);
    return () => {
      const count = (this.#inUse.get(id) ?? 1) - 1;
      if (count > 0) this.#inUse.set(id, count);
      else this.#inUse.delete(id);
    };
  }

  isInUse(id: string): boolean {
    return this.#inUse.has(id);
  }

  /** `isShared`: an image has the same layer. */
  wire(entry: CacheEntry, isShared: boolean): BuildCacheRecord {
    return {
      ID: entry.id.slice(0, 25),
      ...(entry.parent === '' ? {} : { Parents: [entry.parent.slice(0, 25)] }),
      Type: entry.type,
      Description: entry.description,
      InUse: this.isInUse(entry.id),
      Shared: isShared,
      Size: entry.sizeBytes,
      CreatedAt: jsonTime(entry.createdMs),
      LastUsedAt: jsonTime(entry.usedMs),
      UsageCount: entry.usageCount,
    };
  }

  #set(entry: CacheEntry): void {
    this.#entries.set(entry.id, entry);
    this.#state.save(keyPrefix + entry.id, { ...entry });
  }
}
