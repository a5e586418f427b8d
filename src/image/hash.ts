/**
 * sha256, streaming and whole. The page's thread never hashes: workers and Node do. Node's own is several times as
 * fast as one in WebAssembly, and so is the browser's, which takes whole buffers only.
 */
import { createSHA256 } from 'hash-wasm';
import { hexOf } from '../lib/hex.ts';
import type { Digest } from './digest.ts';

export interface Hasher {
  update(chunk: Uint8Array): void;
  /** The digest of everything so far; the hasher takes no more after it. */
  digest(): Digest;
}

/** What is used of `node:crypto`. */
interface NativeHash {
  update(chunk: Uint8Array): NativeHash;
  digest(encoding: 'hex'): string;
}

/** `node:crypto` where this is Node. */
const native = (
  globalThis as {
    readonly process?: {
      getBuiltinModule?(
        name: 'node:crypto',
      ): { createHash(algorithm: 'sha256'): NativeHash } | undefined;
    };
  }
).process?.getBuiltinModule?.('node:crypto');

/** Below it, a turn of the browser's own costs more than it saves. */
const wholeBufferSizeBytesMin = 64 * 1024;

export async function createHasher(): Promise<Hasher> {
  if (native !== undefined) {
    const hash = native.createHash('sha256');
    return {
      update: (chunk) => void hash.update(chunk),
      digest: () => `sha256:${hash.digest('hex')}`,
    };
  }
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
  if (native !== undefined)
    return `sha256:${native.createHash('sha256').update(bytes).digest('hex')}`;
  // Absent on a page that is neither of HTTPS nor of loopback.
  const subtle = (globalThis.crypto as Partial<Crypto>).subtle;
  if (subtle !== undefined && bytes.length >= wholeBufferSizeBytesMin) {
    const sum = new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
    return `sha256:${hexOf(sum)}`;
  }
  const hash = await (shared ??= createSHA256());
  hash.init();
  hash.update(bytes);
  return `sha256:${hash.digest('hex')}`;
}
