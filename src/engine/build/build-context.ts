/**
 * A build context becomes a layer of the store while it is sent: its tar is checked, indexed and never unpacked. A lease
 * keeps it as long as the build needs it.
 */
import { decompress, type DecompressLimits } from '../../image/decompress.ts';
import { digestOf } from '../../image/hash.ts';
import type { LayerLease } from '../../image/layer-store.ts';
import { TarReader } from '../../image/tar-reader.ts';
import { tarArchive } from '../../image/tar-writer.ts';
import { errorKind, errorMessage, KindError } from '../../lib/errors.ts';
import { joinBytes } from '../../lib/join-bytes.ts';
import type { Daemon } from '../daemon.ts';
import { openTree } from './file-tree.ts';
import type { MountSource } from './run-mounts.ts';

/** Of a context, uncompressed. */
export const contextBytesMax = 4 * 1024 ** 3;
/** What ADD or a remote context brings: it is held in memory. */
export const downloadBytesMax = 512 * 1024 ** 2;
const contextLimits: DecompressLimits = {
  sizeBytesMax: contextBytesMax,
  ratioMax: 200,
  ratioFromBytes: 256 * 1024 ** 2,
};

export async function ingestContext(
  daemon: Daemon,
  body: AsyncIterable<Uint8Array>,
  { lease, signal }: { readonly lease: LayerLease; readonly signal: AbortSignal },
): Promise<MountSource> {
  const { layers } = daemon.images;
  try {
    const source = checked(decompress(body, contextLimits), signal);
    const { diffId } = await layers.ingestNew(source, lease);
    return { tree: await openTree(layers, [diffId]), diffIds: [diffId] };
  } catch (cause) {
    signal.throwIfAborted();
    if (errorKind(cause) === 'system') throw cause;
    const message = `Error processing tar file(exit status 1): ${errorMessage(cause)}`;
    throw new KindError('invalidParameter', message, { cause });
  }
}

/** Refuses what no honest client packs: names that lead out, and what is neither file, directory nor link. */
async function* checked(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = new TarReader({
    entry: ({ name, type, sizeBytes }) => {
      if (name.split('/').includes('..'))
        throw new KindError(
          'invalidParameter',
          `${JSON.stringify(name)} is outside of the build context`,
        );
      if (['char', 'block', 'fifo', 'other'].includes(type))
        throw new KindError(
          'invalidParameter',
          `${JSON.stringify(name)} is neither a file nor a directory nor a link, which alone can be in a build context`,
        );
      if (sizeBytes > contextBytesMax)
        throw new KindError(
          'resourceExhausted',
          `${JSON.stringify(name)} is larger than ${contextBytesMax} bytes`,
        );
    },
  });
  for await (const chunk of source) {
    signal.throwIfAborted();
    reader.write(chunk);
    yield chunk;
  }
}

/** A tar, or a Dockerfile in one. Egress may be off: the gateway's own error comes through. */
export async function* downloadContext(
  daemon: Daemon,
  url: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const { bytes } = await download(daemon, url, { signal, sizeBytesMax: downloadBytesMax });
  yield isText(bytes) ? dockerfileTar(bytes) : bytes;
}

export interface Downloaded {
  readonly bytes: Uint8Array;
  /** Seconds since 1970; 0 where the server does not say. */
  readonly modifiedSeconds: number;
  readonly digest: string;
}

export async function download(
  daemon: Daemon,
  url: string,
  { signal, sizeBytesMax }: { readonly signal: AbortSignal; readonly sizeBytesMax: number },
): Promise<Downloaded> {
  const response = await daemon.registry.download(new URL(url), { signal });
  if (!response.ok) {
    await response.body?.cancel();
    const status = `${response.status} ${response.statusText}`.trim();
    throw new KindError('invalidParameter', `failed to GET ${url} with status ${status}`);
  }
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > sizeBytesMax)
      throw new KindError('resourceExhausted', `${url} is larger than ${sizeBytesMax} bytes`);
    chunks.push(chunk);
  }
  const bytes = joinBytes(chunks);
  const modified = Date.parse(response.headers.get('last-modified') ?? '');
  return {
    bytes,
    modifiedSeconds: Number.isNaN(modified) ? 0 : Math.floor(modified / 1000),
    digest: await digestOf(bytes),
  };
}

function isText(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 512);
  return (
    !head.includes(0) &&
    !(head[0] === 0x1f && head[1] === 0x8b) &&
    !(head[0] === 0x42 && head[1] === 0x5a)
  );
}

function dockerfileTar(bytes: Uint8Array): Uint8Array {
  return tarArchive([{ name: 'Dockerfile', type: 'file', data: bytes }]);
}
