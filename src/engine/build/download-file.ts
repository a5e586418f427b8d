/** `ADD https://…`: what is fetched goes into a layer of its own as it comes, not through memory. */
import { createHasher } from '../../image/hash.ts';
import { tarEnd, tarHeader, tarPadding } from '../../image/tar-writer.ts';
import { KindError } from '../../lib/errors.ts';
import { joinBytes } from '../../lib/join-bytes.ts';
import { contextBytesMax, download, limited } from './build-context.ts';
import type { BuildSession } from './build-session.ts';
import { openTree, type TreeNode } from './file-tree.ts';

/** Of a file whose server does not say how large it is: it has to be held in memory until it is whole. */
const unknownSizeBytesMax = 64 * 1024 ** 2;

export interface DownloadedFile {
  /** Kept by the build's lease. */
  readonly content: TreeNode;
  readonly digest: string;
  readonly modifiedSeconds: number;
}

/** Rejects `resourceExhausted` beyond `contextBytesMax`, `invalidParameter` when the server gives something else than it said. */
export async function downloadFile(
  { daemon, lease, signal }: BuildSession,
  url: string,
): Promise<DownloadedFile> {
  const { body, sizeBytes: told, modifiedSeconds } = await download(daemon, url, signal);
  const hasher = await createHasher();
  const { layers } = daemon.images;
  const { source, sizeBytes } = await sized(body, { url, sizeBytes: told });
  const archive = (async function* () {
    yield tarHeader({ name: 'file', type: 'file', sizeBytes });
    let received = 0;
    for await (const chunk of source) {
      signal.throwIfAborted();
      hasher.update(chunk);
      received += chunk.length;
      if (received <= sizeBytes) yield chunk;
    }
    if (received !== sizeBytes)
      throw new KindError(
        'invalidParameter',
        `failed to GET ${url}: ${received} bytes instead of ${sizeBytes}`,
      );
    yield tarPadding(sizeBytes);
    yield tarEnd;
  })();
  const { diffId } = await layers.ingestNew(archive, lease);
  const content = (await openTree(layers, [diffId])).children.get('file');
  if (content === undefined) throw new Error('the file that was stored is not there');
  return { content, digest: hasher.digest(), modifiedSeconds };
}

async function sized(
  body: AsyncIterable<Uint8Array>,
  { url, sizeBytes }: { readonly url: string; readonly sizeBytes: number | undefined },
): Promise<{ readonly source: AsyncIterable<Uint8Array>; readonly sizeBytes: number }> {
  if (sizeBytes !== undefined)
    return { source: limited(body, { url, sizeBytesMax: contextBytesMax }), sizeBytes };
  const chunks: Uint8Array[] = [];
  for await (const chunk of limited(body, { url, sizeBytesMax: unknownSizeBytesMax }))
    chunks.push(chunk);
  const whole = joinBytes(chunks);
  const source = (async function* () {
    yield whole;
  })();
  return { source, sizeBytes: whole.length };
}
