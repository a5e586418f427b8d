/**
 * `docker save`: an OCI layout with the manifest.json and repositories of a docker archive, as Docker writes it since
 * version 25; or the layout alone, which is BuildKit's format `oci`. It streams, each layer once, and the same images give the same bytes.
 */
import { KindError } from '../../lib/errors.ts';
import { digestHex, type Digest } from '../digest.ts';
import { digestOf } from '../hash.ts';
import { layerBlob, type LayerBlob, type LayerCompression } from './layer-blob.ts';
import { createdMsOf, type ImageStore, type StoredImage } from '../image-store.ts';
import { mediaTypes } from '../media-type.ts';
import { familiarName, familiarText, referenceText, type Reference } from '../reference.ts';
import { tarEnd, tarHeader, tarPadding } from '../tar-writer.ts';

export interface SavedImage {
  readonly image: StoredImage;
  /** With tags; none for an image that was asked for by its ID. */
  readonly references: readonly Reference[];
}

export interface SaveOptions {
  /** `oci` is the layout alone. */
  readonly format?: 'docker' | 'oci';
  readonly compression?: LayerCompression;
  /** False for the media types that Docker's registry has. */
  readonly ociTypes?: boolean;
  readonly annotations?: ArchiveAnnotations;
}

/** Of each image's manifest, and of what the index says of it. */
export interface ArchiveAnnotations {
  readonly manifest: Readonly<Record<string, string>>;
  readonly descriptor: Readonly<Record<string, string>>;
}

/** As manifests have it. */
interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

/** One file of the archive; where the bytes come from is decided when its turn comes. */
interface SavedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** Everything small is made before the first byte goes out, so that most errors come before it, too. */
export async function saveArchive(
  store: ImageStore,
  images: readonly SavedImage[],
  options: SaveOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  const { format = 'docker', compression = 'uncompressed', ociTypes = true } = options;
  const { annotations } = options;
  const files = new Map<string, SavedFile>();
  const items: object[] = [];
  const manifests: object[] = [];
  const repositories: Record<string, Record<string, string>> = {};
  const known = new Map<Digest, LayerBlob>();
  const ids = new Set(images.map(({ image }) => image.id));
  for (const saved of images) {
    const { image, references } = saved;
    const top = image.layers.at(-1);
    if (top === undefined) throw new KindError('system', 'empty export - not implemented');
    const config = await store.configBytes(image.id);
    const blobs: LayerBlob[] = [];
    for (const layer of image.layers)
      blobs.push(known.get(layer.diffId) ?? (await layerBlob(store.layers, layer, compression)));
    for (const blob of blobs) known.set(blob.diffId, blob);
    const layers = blobs.map((blob) => layerDescriptor(blob, { compression, ociTypes }));
    const manifest = await manifestOf(image, {
      configBytes: config.length,
      layers,
      ociTypes,
      annotations: annotations?.manifest,
    });
    const createdSeconds = Math.floor(createdMsOf(image) / 1000);
    addBytes(files, { path: blobPath(image.id), bytes: config, mtimeSeconds: createdSeconds });
    addBytes(files, { path: blobPath(manifest.digest), bytes: manifest.bytes, mtimeSeconds: 0 });
    for (const { digest, sizeBytes, open } of blobs) {
      const path = blobPath(digest);
      files.set(path, { path, sizeBytes, mtimeSeconds: createdSeconds, open });
    }
    for (const reference of references) {
      const name = familiarName(reference);
      repositories[name] = {
        ...repositories[name],
        [reference.tag ?? '']: digestHex(layers.at(-1)?.digest ?? top.diffId),
      };
    }
    items.push(manifestItem(saved, { ids, layers }));
    manifests.push(...descriptors(saved, manifest, annotations?.descriptor));
  }
  if (format === 'docker') {
    if (Object.keys(repositories).length > 0)
      addJson(files, 'repositories', sortedObject(repositories));
    addJson(files, 'manifest.json', items);
  }
  addBytes(files, {
    path: 'oci-layout',
    bytes: new TextEncoder().encode('{"imageLayoutVersion": "1.0.0"}'),
    mtimeSeconds: 0,
  });
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
  addBytes(files, { path: 'index.json', bytes: encode(index), mtimeSeconds: 0 });
  const sorted = [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return readable(leased(store, { images, source: writeFiles(sorted) }));
}

/** The layers stay until the last byte is out, even when the images are removed meanwhile. */
async function* leased(
  store: ImageStore,
  {
    images,
    source,
  }: { images: readonly SavedImage[]; source: AsyncGenerator<Uint8Array, void, void> },
): AsyncGenerator<Uint8Array, void, void> {
  const lease = store.lease();
  try {
    for (const { image } of images) for (const { diffId } of image.layers) lease.add(diffId);
    yield* source;
  } finally {
    await lease.release();
  }
}

function layerDescriptor(
  { digest, sizeBytes }: LayerBlob,
  { compression, ociTypes }: { readonly compression: LayerCompression; readonly ociTypes: boolean },
): Descriptor {
  const [plain, packed] = ociTypes
    ? [mediaTypes.ociLayer, mediaTypes.ociLayerGzip]
    : [mediaTypes.dockerLayer, mediaTypes.dockerLayerGzip];
  return { mediaType: compression === 'gzip' ? packed : plain, digest, size: sizeBytes };
}

interface SavedManifest {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

async function manifestOf(
  { id }: StoredImage,
  options: {
    readonly configBytes: number;
    readonly layers: readonly Descriptor[];
    readonly ociTypes: boolean;
    readonly annotations: Readonly<Record<string, string>> | undefined;
  },
): Promise<SavedManifest> {
  const { configBytes, layers, ociTypes, annotations = {} } = options;
  const mediaType = ociTypes ? mediaTypes.ociManifest : mediaTypes.dockerManifest;
  const configType = ociTypes ? mediaTypes.ociConfig : mediaTypes.dockerConfig;
  const bytes = encode({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: configType, digest: id, size: configBytes },
    layers,
    ...(Object.keys(annotations).length > 0 ? { annotations: sortedObject(annotations) } : {}),
  });
  return { digest: await digestOf(bytes), bytes, mediaType };
}

function manifestItem(
  { image, references }: SavedImage,
  { ids, layers }: { readonly ids: ReadonlySet<Digest>; readonly layers: readonly Descriptor[] },
): object {
  const hasParent = image.parent !== undefined && ids.has(image.parent);
  const sources = layers.map(({ mediaType, digest, size }, index) => [
    image.layers[index]?.diffId,
    { mediaType, size, digest },
  ]);
  return {
    Config: blobPath(image.id),
    RepoTags: references.length === 0 ? null : references.map(familiarText),
    Layers: layers.map(({ digest }) => blobPath(digest)),
    ...(hasParent ? { Parent: image.parent } : {}),
    LayerSources: sortedObject(Object.fromEntries(sources) as Record<string, unknown>),
  };
}

/** One for each name; one without when there is none. */
function descriptors(
  { references }: SavedImage,
  manifest: SavedManifest,
  annotations: Readonly<Record<string, string>> = {},
): object[] {
  const descriptor = {
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.length,
  };
  if (references.length === 0)
    return [Object.keys(annotations).length > 0 ? { ...descriptor, annotations } : descriptor];
  return references.map((reference) => ({
    ...descriptor,
    annotations: {
      ...annotations,
      'io.containerd.image.name': referenceText(reference),
      'org.opencontainers.image.ref.name': reference.tag,
    },
  }));
}

async function* writeFiles(files: readonly SavedFile[]): AsyncGenerator<Uint8Array, void, void> {
  for (const name of ['blobs/', 'blobs/sha256/']) yield tarHeader({ name, type: 'dir' });
  for (const { path, sizeBytes, mtimeSeconds, open } of files) {
    yield tarHeader({ name: path, type: 'file', sizeBytes, mtimeSeconds });
    yield* open();
    yield tarPadding(sizeBytes);
  }
  yield tarEnd;
}

function addBytes(
  files: Map<string, SavedFile>,
  { path, bytes, mtimeSeconds }: { path: string; bytes: Uint8Array; mtimeSeconds: number },
): void {
  const open = async function* () {
    yield bytes;
  };
  files.set(path, { path, sizeBytes: bytes.length, mtimeSeconds, open });
}

/** As Go's encoder: with a newline at the end. */
function addJson(files: Map<string, SavedFile>, path: string, value: unknown): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
  addBytes(files, { path, bytes, mtimeSeconds: 0 });
}

/** As Go writes maps: by key. */
function sortedObject<T>(value: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function blobPath(digest: Digest): string {
  return `blobs/sha256/${digestHex(digest)}`;
}

function readable(source: AsyncGenerator<Uint8Array, void, void>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let next = await source.next();
        while (next.done !== true && next.value.length === 0) next = await source.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: async () => void (await source.return()),
    },
    { highWaterMark: 0 },
  );
}
