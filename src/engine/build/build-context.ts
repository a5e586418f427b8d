/**
 * A build context becomes a layer of the store while it is sent: its tar is checked, indexed and never unpacked. A lease
 * keeps it as long as the build needs it.
 */
import { dockerfileBytesMax } from '../../build/parse/parse-dockerfile.ts';
import { decompress, detectCompression, type DecompressLimits } from '../../image/decompress.ts';
import type { LayerLease } from '../../image/layer-store.ts';
import type { TarEntry } from '../../image/tar-reader.ts';
import { tarArchive } from '../../image/tar-writer.ts';
import { errorKind, errorMessage, KindError } from '../../lib/errors.ts';
import { joinBytes } from '../../lib/join-bytes.ts';
import type { Daemon } from '../daemon.ts';
import { openTree } from './file-tree.ts';
import { recogniseContext } from './kept-context.ts';
import type { MountSource } from './run-mounts.ts';

/** Of a context, uncompressed. */
export const contextBytesMax = 4 * 1024 ** 3;
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
    const source = abortable(decompress(body, contextLimits), signal);
    // What a context calls `.wh.x` is a file; in the layer that COPY makes of it, it whites x out, as Docker's does.
    const diffId = await recogniseContext(daemon, source, {
      lease,
      ingest: async (rest) => {
        const options = { plainNames: true, check: entryCheck() };
        return (await layers.ingestNew(rest, lease, options)).diffId;
      },
    });
    return { tree: await openTree(layers, [diffId]), diffIds: [diffId] };
  } catch (cause) {
    signal.throwIfAborted();
    if (errorKind(cause) === 'system') throw cause;
    const message = `Error processing tar file(exit status 1): ${errorMessage(cause)}`;
    throw new KindError('invalidParameter', message, { cause });
  }
}

/**
 * Refuses what no honest client packs: names that lead out, what is neither file, directory nor link, and files that hold
 * more than the limit together, which only the holes of sparse ones can, as those take no room in the archive.
 */
function entryCheck(): (entry: TarEntry) => void {
  let contentBytes = 0;
  return ({ name, type, sizeBytes }) => {
    if (name.includes('..') && name.split('/').includes('..'))
      throw new KindError(
        'invalidParameter',
        `${JSON.stringify(name)} is outside of the build context`,
      );
    if (['char', 'block', 'fifo', 'other'].includes(type))
      throw new KindError(
        'invalidParameter',
        `${JSON.stringify(name)} is neither a file nor a directory nor a link, which alone can be in a build context`,
      );
    contentBytes += sizeBytes;
    if (contentBytes > contextBytesMax)
      throw new KindError(
        'resourceExhausted',
        `${JSON.stringify(name)} makes the build context larger than ${contextBytesMax} bytes`,
      );
  };
}

async function* abortable(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of source) {
    signal.throwIfAborted();
    yield chunk;
  }
}

/** A tar, or a Dockerfile in one. Egress may be off: the gateway's own error comes through. */
export async function* downloadContext(
  daemon: Daemon,
  url: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const { body } = await download(daemon, url, signal);
  const chunks = limited(body, { url, sizeBytesMax: contextBytesMax });
  const first = await chunks.next();
  if (first.done === true) throw new KindError('invalidParameter', `${url} is empty`);
  if (!isText(first.value)) {
    yield first.value;
    yield* chunks;
    return;
  }
  const lines = [first.value];
  for await (const chunk of limited(chunks, { url, sizeBytesMax: dockerfileBytesMax }))
    lines.push(chunk);
  yield dockerfileTar(joinBytes(lines));
}

export interface Download {
  readonly body: AsyncIterable<Uint8Array>;
  /** Undefined where the server does not say, or packs what it sends. */
  readonly sizeBytes: number | undefined;
  /** Seconds since 1970; 0 where the server does not say. */
  readonly modifiedSeconds: number;
}

/** Rejects `invalidParameter` for any answer but a good one. */
export async function download(
  daemon: Daemon,
  url: string,
  signal: AbortSignal,
): Promise<Download> {
  const response = await daemon.registry.download(new URL(url), { signal });
  const { headers, body } = response;
  if (!response.ok) {
    await body?.cancel();
    const status = `${response.status} ${response.statusText}`.trim();
    throw new KindError('invalidParameter', `failed to GET ${url} with status ${status}`);
  }
  const modified = Date.parse(headers.get('last-modified') ?? '');
  const length = headers.has('content-encoding') ? null : headers.get('content-length');
  return {
    body: body ?? new Blob([]).stream(),
    sizeBytes: length === null ? undefined : Number(length),
    modifiedSeconds: Number.isNaN(modified) ? 0 : Math.floor(modified / 1000),
  };
}

/** Rejects `resourceExhausted` when more comes. */
export async function* limited(
  source: AsyncIterable<Uint8Array>,
  { url, sizeBytesMax }: { readonly url: string; readonly sizeBytesMax: number },
): AsyncGenerator<Uint8Array, void, void> {
  let sizeBytes = 0;
  for await (const chunk of source) {
    sizeBytes += chunk.length;
    if (sizeBytes > sizeBytesMax)
      throw new KindError('resourceExhausted', `${url} is larger than ${sizeBytesMax} bytes`);
    yield chunk;
  }
}

function isText(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 512);
  return !head.includes(0) && detectCompression(head) === 'none';
}

function dockerfileTar(bytes: Uint8Array): Uint8Array {
  return tarArchive([{ name: 'Dockerfile', type: 'file', data: bytes }]);
}
