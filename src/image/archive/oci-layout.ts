/** The OCI image layout: index.json leads to manifests, those to configs and layers, each a blob under its digest. */
import { errorMessage, KindError } from '../../lib/errors.ts';
import { isRecord } from '../../lib/json.ts';
import { digestHex, type Digest } from '../digest.ts';
import { digestOf } from '../hash.ts';
import {
  parseManifest,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
} from '../manifest.ts';
import { checkConfigType, checkLayerType, mediaTypes } from '../media-type.ts';
import { formatPlatform, machinePlatform, matchPlatform } from '../platform.ts';
import { parseReference, withDefaultTag, type Reference } from '../reference.ts';
import { storeArchivedImage } from './archived-image.ts';
import { nameLoaded, type LoadContext } from './load-context.ts';

/** An index may hold an index; nothing real nests deeper. */
const depthMax = 4;

/** What names an image: containerd's annotation has the whole reference, the specification's at least a tag. */
const nameAnnotations = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'];

export async function loadOciLayout(context: LoadContext): Promise<void> {
  const bytes = context.archive.json('index.json');
  const names = entryNames(bytes);
  const top = parseManifest(bytes, { contentType: mediaTypes.ociIndex });
  if (top.kind !== 'index') throw invalid('index.json is not an image index');
  let loaded = 0;
  for (const [index, entry] of top.manifests.entries()) {
    context.signal?.throwIfAborted();
    const manifest = await findManifest(entry, context);
    if (manifest === undefined) continue;
    const id = await loadImage(manifest, context);
    if (id === undefined) continue;
    loaded += 1;
    const reference = names[index];
    if (reference === undefined) context.onText(`Loaded image ID: ${id}`);
    else await nameLoaded(id, reference, context);
    await context.onImage(id);
  }
  if (loaded === 0 && top.manifests.length > 0) {
    const wanted = formatPlatform(context.platform ?? machinePlatform);
    throw new KindError(
      'notFound',
      `image archive does not contain the requested platform ${wanted}`,
    );
  }
}

/** The manifest at the end of a chain of indexes; undefined when there is none for the platform. */
async function findManifest(
  start: Descriptor,
  context: LoadContext,
): Promise<ImageManifest | undefined> {
  let descriptor = start;
  for (let depth = 0; depth < depthMax; depth += 1) {
    const isKnown = [
      mediaTypes.ociManifest,
      mediaTypes.dockerManifest,
      mediaTypes.ociIndex,
      mediaTypes.dockerManifestList,
    ].some((type) => type === descriptor.mediaType);
    if (!isKnown) return undefined;
    const found: ImageManifest | ImageIndex = parseManifest(await blob(descriptor, context), {
      contentType: descriptor.mediaType,
    });
    if (found.kind === 'manifest') return found;
    const [entry] = matchPlatform(found.manifests, context.platform ?? machinePlatform);
    if (entry === undefined) return undefined;
    descriptor = entry;
  }
  throw invalid('image index is nested too deeply');
}

async function loadImage(
  manifest: ImageManifest,
  context: LoadContext,
): Promise<Digest | undefined> {
  checkConfigType(manifest.config.mediaType);
  for (const { mediaType } of manifest.layers) checkLayerType(mediaType);
  const config = await blob(manifest.config, context);
  const layerPaths = manifest.layers.map(({ digest }) => blobPath(digest));
  return storeArchivedImage({ config, layerPaths }, context);
}

/** Verified by its digest. */
async function blob({ digest }: Descriptor, { archive }: LoadContext): Promise<Uint8Array> {
  const bytes = archive.json(blobPath(digest));
  const actual = await digestOf(bytes);
  if (actual !== digest)
    throw new KindError('dataLoss', `digest mismatch: expected ${digest}, got ${actual}`);
  return bytes;
}

function blobPath(digest: Digest): string {
  return `blobs/sha256/${digestHex(digest)}`;
}

/** The name of each entry of the index, where its annotations have one that is more than a tag. */
function entryNames(bytes: Uint8Array): (Reference | undefined)[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new KindError('invalidParameter', `index.json: ${errorMessage(cause)}`, { cause });
  }
  const manifests: unknown = isRecord(value) ? value['manifests'] : undefined;
  if (!Array.isArray(manifests)) return [];
  return manifests.map((entry: unknown) => {
    const annotations: unknown = isRecord(entry) ? entry['annotations'] : undefined;
    if (!isRecord(annotations)) return undefined;
    const texts = nameAnnotations.map((name) => annotations[name]);
    const text = texts.find((name): name is string => typeof name === 'string' && name !== '');
    return text === undefined || !/[:/]/.test(text) ? undefined : parseName(text);
  });
}

/** A name that is no reference names nothing; the image is loaded all the same. */
function parseName(text: string): Reference | undefined {
  try {
    const reference = withDefaultTag(parseReference(text));
    return reference.digest === undefined ? reference : undefined;
  } catch {
    return undefined;
  }
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
