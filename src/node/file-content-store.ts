/**
 * The content store of Node, in files: `<root>/blobs/sha256/<hex>` holds the bytes as they are, `<root>/sums/…` the
 * sums of their chunks. A blob is written under `<root>/ingest/<session>/` and appears by rename, after its sums.
 * Several processes and threads may share the folder.
 */
import { randomUUID } from 'node:crypto';
import {
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  type FileHandle,
} from 'node:fs/promises';
import { join } from 'node:path';
import {
  ChunkedContentStore,
  type BlobRecord,
  type Bytes,
  type ChunkBackend,
} from '../image/chunked-content-store.ts';
import type { BlobInfo, ContentStore } from '../image/content-store.ts';
import { digestHex, isDigest, type Digest } from '../image/digest.ts';
import { KindError } from '../lib/errors.ts';
import { isProcessAlive, processIdentity } from './process-identity.ts';

/** Opens the store below `root` and sweeps what writers that are gone left behind. */
export async function openFileContentStore(root: string): Promise<ContentStore> {
  const backend = new FileBackend(root);
  await backend.open();
  return new ChunkedContentStore(backend);
}

interface StoredSums {
  readonly sizeBytes: number;
  readonly chunkSizeBytes: number;
  readonly sums: string;
}

class FileBackend implements ChunkBackend {
  readonly #blobs: string;
  readonly #sums: string;
  readonly #ingestRoot: string;
  readonly #session: string;
  readonly #handles = new Map<string, FileHandle>();

  constructor(root: string) {
    this.#blobs = join(root, 'blobs', 'sha256');
    this.#sums = join(root, 'sums', 'sha256');
    this.#ingestRoot = join(root, 'ingest');
    this.#session = join(this.#ingestRoot, `${processIdentity()}.${randomUUID()}`);
  }

  async open(): Promise<void> {
    for (const folder of [this.#blobs, this.#sums, this.#ingestRoot]) {
      await mkdir(folder, { recursive: true });
    }
    for (const session of await readdir(this.#ingestRoot)) {
      const [identity = ''] = session.split('.');
      if (!isProcessAlive(identity)) {
        await rm(join(this.#ingestRoot, session), { recursive: true, force: true });
      }
    }
  }

  async begin(): Promise<string> {
    await mkdir(this.#session, { recursive: true });
    const ingest = randomUUID();
    this.#handles.set(ingest, await open(join(this.#session, ingest), 'wx', 0o600));
    return ingest;
  }

  async writeChunks(
    ingest: string,
    batch: { first: number; chunks: readonly Bytes[] },
  ): Promise<void> {
    const handle = this.#handles.get(ingest);
    if (handle === undefined) throw new KindError('conflict', 'ingest is closed');
    // Chunks come in order, each but the last full, so the file only grows.
    for (const chunk of batch.chunks) await handle.writeFile(chunk).catch(asStorageError);
  }

  async commit(record: BlobRecord): Promise<void> {
    const hex = digestHex(record.digest);
    const data = join(this.#session, record.ingest);
    await this.#handles.get(record.ingest)?.sync().catch(asStorageError);
    await this.#close(record.ingest);
    const stored: StoredSums = {
      sizeBytes: record.sizeBytes,
      chunkSizeBytes: record.chunkSizeBytes,
      sums: Buffer.from(record.sums).toString('base64'),
    };
    // The sums first: a blob without sums could not be read, sums without a blob are only a few bytes too many.
    // Both renames replace what is there by the same content.
    await writeSynced(`${data}.sums`, JSON.stringify(stored));
    await rename(`${data}.sums`, join(this.#sums, hex));
    await rename(data, join(this.#blobs, hex));
    await syncFolder(this.#blobs);
  }

  async drop(ingest: string): Promise<void> {
    await this.#close(ingest);
    const data = join(this.#session, ingest);
    await rm(data, { force: true });
    await rm(`${data}.sums`, { force: true });
  }

  async record(digest: Digest): Promise<BlobRecord | undefined> {
    const hex = digestHex(digest);
    const blob = await stat(join(this.#blobs, hex)).catch(ifMissing);
    const text = blob && (await readFile(join(this.#sums, hex), 'utf8').catch(ifMissing));
    if (text === undefined) return undefined;
    const { sizeBytes, chunkSizeBytes, sums } = parseSums(text);
    return {
      digest,
      sizeBytes,
      chunkSizeBytes,
      sums: new Uint8Array(Buffer.from(sums, 'base64')),
      ingest: hex,
    };
  }

  async list(): Promise<BlobInfo[]> {
    const infos: BlobInfo[] = [];
    for (const hex of await readdir(this.#blobs)) {
      const digest = `sha256:${hex}`;
      const blob = isDigest(digest)
        ? await stat(join(this.#blobs, hex)).catch(ifMissing)
        : undefined;
      if (blob !== undefined && isDigest(digest)) infos.push({ digest, sizeBytes: blob.size });
    }
    return infos;
  }

  async readChunks(
    { digest, chunkSizeBytes }: BlobRecord,
    { first, count }: { first: number; count: number },
  ): Promise<(Bytes | undefined)[]> {
    const handle = await open(join(this.#blobs, digestHex(digest)), 'r').catch(ifMissing);
    if (handle === undefined) return Array.from({ length: count }, () => undefined);
    try {
      const chunks: Bytes[] = [];
      for (let index = first; index < first + count; index += 1) {
        const chunk = new Uint8Array(chunkSizeBytes);
        const { bytesRead } = await handle.read(chunk, 0, chunkSizeBytes, index * chunkSizeBytes);
        chunks.push(bytesRead === chunkSizeBytes ? chunk : chunk.slice(0, bytesRead));
      }
      return chunks;
    } finally {
      await handle.close();
    }
  }

  async remove(digest: Digest): Promise<void> {
    const hex = digestHex(digest);
    await rm(join(this.#blobs, hex), { force: true });
    await rm(join(this.#sums, hex), { force: true });
  }

  async #close(ingest: string): Promise<void> {
    await this.#handles.get(ingest)?.close();
    this.#handles.delete(ingest);
  }
}

function parseSums(text: string): StoredSums {
  const { sizeBytes, chunkSizeBytes, sums } = JSON.parse(text) as Partial<StoredSums>;
  if (
    typeof sizeBytes !== 'number' ||
    typeof chunkSizeBytes !== 'number' ||
    typeof sums !== 'string'
  ) {
    throw new KindError('dataLoss', 'sums of a blob are damaged in storage');
  }
  return { sizeBytes, chunkSizeBytes, sums };
}

export async function writeSynced(path: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(path, 'w', 0o600).catch(asStorageError);
  try {
    await handle.writeFile(content).catch(asStorageError);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a rename last through a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** For `.catch()`: a missing file is no file. */
export function ifMissing(error: unknown): undefined {
  if (isErrno(error, 'ENOENT')) return undefined;
  throw error;
}

function asStorageError(error: unknown): never {
  if (!isErrno(error, 'ENOSPC') && !isErrno(error, 'EDQUOT')) throw error;
  throw new KindError(
    'resourceExhausted',
    'no space left on device: free some with "docker image prune -a" or "docker rmi"',
    { cause: error },
  );
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
