/** `outputs` of `POST /build?version=2`: an image here, one pushed, or files and archives sent back in pieces. */
import { buildExportChunkBytesMax, buildMessageIds } from '../../api/build.ts';
import { saveArchive } from '../../image/archive/save-archive.ts';
import type { LayerCompression } from '../../image/archive/layer-blob.ts';
import type { Digest } from '../../image/digest.ts';
import {
  familiarName,
  familiarText,
  parseReference,
  referenceText,
  withDefaultTag,
  type Reference,
} from '../../image/reference.ts';
import { encodeBase64 } from '../../lib/base64.ts';
import { KindError } from '../../lib/errors.ts';
import { goQuote } from '../../lib/go-quote.ts';
import { parseBool } from '../../lib/go-numbers.ts';
import { joinBytes } from '../../lib/join-bytes.ts';
import { logImageEvent } from '../image-events.ts';
import { imagePush } from '../image-push.ts';
import { tagImage } from '../image-tag.ts';
import type { BuildOutputOption, ImageBuildOptions } from '../server/backend/build-backend.ts';
import type { BuildSession, StageResult } from './build-session.ts';
import { during } from './during.ts';
import { openTree } from './file-tree.ts';
import { annotationsOf } from './output-annotations.ts';
import { putStageImage } from './stage-image.ts';
import { treeEntries } from './tree-entries.ts';

const types = ['image', 'registry', 'docker', 'oci', 'local', 'tar', 'cacheonly'];
const plainImage: BuildOutputOption = { type: 'image', attributes: {} };

/** Throws `invalidParameter` before anything is built. The classic builder knows no outputs. */
export function buildOutputs(options: ImageBuildOptions): readonly BuildOutputOption[] {
  const { version, outputs, tags } = options;
  if (version === 1 || outputs.length === 0) return [plainImage];
  for (const output of outputs) {
    if (!types.includes(output.type))
      throw invalid(`exporter ${goQuote(output.type)} could not be found`);
    if (pushes(output) && namesOf(tags, output).length === 0)
      throw invalid('tag is needed when pushing to registry');
    if (output.type === 'oci' || output.type === 'docker') compressionOf(output);
    namesOf(tags, output);
    annotationsOf(output);
  }
  return outputs;
}

/** Makes one after the other what was asked for; the result has been built. */
export async function exportResult(
  session: BuildSession,
  result: StageResult,
  outputs: readonly BuildOutputOption[],
): Promise<void> {
  const { images } = session.daemon;
  const before = new Set(await images.ids());
  let id: Digest | undefined;
  for (const [index, output] of outputs.entries()) {
    session.signal.throwIfAborted();
    if (output.type === 'local' || output.type === 'tar')
      await exportFiles(session, result, { index, isLocal: output.type === 'local' });
    else if (output.type !== 'cacheonly') {
      id = await putStageImage(session, result);
      if (isStored(output)) await storeImage(session, id, output);
      else await exportArchive(session, id, { index, output });
    }
  }
  if (id === undefined) return;
  if (!outputs.some(isStored) && !before.has(id)) await images.delete(id);
  const stored = outputs
    .filter(isStored)
    .flatMap((output) => namesOf(session.options.tags, output));
  session.progress.finished({ id, tags: stored.map(familiarText) });
}

/** It stays with the engine: `docker` without a file to go to is `--load`. */
function isStored({ type, attributes }: BuildOutputOption): boolean {
  if (type === 'docker') return attributes['dest'] === undefined;
  return type === 'image' || type === 'registry';
}

function pushes({ type, attributes }: BuildOutputOption): boolean {
  const { push } = attributes;
  return type === 'registry' || (type === 'image' && push !== undefined && parseBool(push));
}

/** Of `-t` and of the output's own `name`, each once. */
function namesOf(tags: readonly string[], { attributes }: BuildOutputOption): Reference[] {
  const own = (attributes['name'] ?? '').split(',').filter((name) => name !== '');
  const references = [...tags, ...own].map((name) => withDefaultTag(parseReference(name)));
  return [...new Map(references.map((one) => [referenceText(one), one])).values()];
}

async function storeImage(
  session: BuildSession,
  id: Digest,
  output: BuildOutputOption,
): Promise<void> {
  const { daemon, options, progress } = session;
  const names = namesOf(options.tags, output);
  await during(progress, 'exporting to image', async () => {
    await logImageEvent(daemon, 'build', { id });
    for (const name of names) await tagImage(daemon, id, name);
  });
  if (!pushes(output)) return;
  for (const name of names)
    await during(progress, `pushing ${referenceText(name)} with docker`, () => push(session, name));
}

async function push(session: BuildSession, reference: Reference): Promise<void> {
  const { daemon, options, signal } = session;
  const auth = options.auths.get(reference.domain);
  await imagePush(daemon, {
    name: familiarName(reference),
    tag: reference.tag ?? 'latest',
    // BuildKit's look has no words for it.
    onProgress: () => undefined,
    signal,
    ...(auth === undefined ? {} : { auth }),
  });
}

/** The whole root file system; for a directory all files are the caller's. */
async function exportFiles(
  session: BuildSession,
  { diffIds }: StageResult,
  { index, isLocal }: { readonly index: number; readonly isLocal: boolean },
): Promise<void> {
  const { layers } = session.daemon.images;
  const entries = treeEntries(await openTree(layers, diffIds), {
    ...(isLocal ? { owner: { uid: 0, gid: 0 } } : {}),
    ...(session.epochSeconds === undefined ? {} : { latestSeconds: session.epochSeconds }),
  });
  const name = isLocal ? 'exporting to client directory' : 'exporting to client tarball';
  await during(session.progress, name, () => sendPieces(session, entries.tar(layers), index));
}

async function exportArchive(
  session: BuildSession,
  id: Digest,
  { index, output }: { readonly index: number; readonly output: BuildOutputOption },
): Promise<void> {
  const { images } = session.daemon;
  const format = output.type === 'oci' ? 'oci' : 'docker';
  const references = namesOf(session.options.tags, output);
  await during(session.progress, `exporting to ${format} image format`, async () => {
    const saved = [{ image: await images.get(id), references }];
    const annotations = annotationsOf(output);
    // Docker's media types have none.
    const ociTypes =
      annotations !== undefined ||
      parseBool(output.attributes['oci-mediatypes'] ?? String(format === 'oci'));
    const archive = await saveArchive(images, saved, {
      format,
      compression: compressionOf(output),
      ociTypes,
      ...(annotations === undefined ? {} : { annotations }),
    });
    await sendPieces(session, archive, index);
  });
}

/** As BuildKit, gzip unless something else is said. */
function compressionOf({ attributes }: BuildOutputOption): LayerCompression {
  const { compression = 'gzip' } = attributes;
  if (compression === 'gzip' || compression === 'uncompressed') return compression;
  if (['estargz', 'zstd'].includes(compression))
    throw new KindError('notImplemented', `layers cannot be compressed as ${compression} here`);
  throw invalid(`unsupported compression type ${compression}`);
}

/** The client's pace is ours. */
async function sendPieces(
  { options, signal }: BuildSession,
  archive: AsyncIterable<Uint8Array>,
  output: number,
): Promise<void> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const send = async () => {
    const data = encodeBase64(joinBytes(waiting));
    options.onProgress({ id: buildMessageIds.exportChunk, aux: { output, data } });
    waiting = [];
    waitingBytes = 0;
    await options.room();
    signal.throwIfAborted();
  };
  for await (const chunk of archive) {
    for (let at = 0; at < chunk.length;) {
      const piece = chunk.subarray(at, at + buildExportChunkBytesMax - waitingBytes);
      waiting.push(piece);
      waitingBytes += piece.length;
      at += piece.length;
      if (waitingBytes === buildExportChunkBytesMax) await send();
    }
  }
  if (waitingBytes > 0) await send();
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
