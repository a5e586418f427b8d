/** Streaming sha256. The page's thread never hashes: workers and Node do. */
import { createSHA256 } from 'hash-wasm';
import type { Digest } from './digest.ts';

export interface Hasher {
  update(chunk: Uint8Array): void;
  /** The digest of everything so far; the hasher takes no more after it. */
  digest(): Digest;
}

export async function createHasher(): Promise<Hasher> {
  const hash = await createSHA256();
  hash.init();
  return {
    update: (chunk) => void hash.update(chunk),
    digest: () => `sha256:${hash.digest('hex')}`,
  };
}

/** To make one costs more than to hash a small file. Whoever uses it is done before anybody else has a turn. */
let shared: ReturnType<typeof createSHA256> | undefined;

export async function digestOf(bytes: Uint8Array): Promise<Digest> {
  const hash = await (shared ??= createSHA256());
  hash.init();
  hash.update(bytes);
  return `sha256:${hash.digest('hex')}`;
}
