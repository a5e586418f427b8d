/**
 * `docker save`: an OCI layout with the manifest.json and repositories of a docker archive, as Docker writes it since
 * version 25; or the layout alone, which is BuildKit's format `oci`. It streams, each layer once, and the same images give the same bytes.
 */
import { KindError } from '../../lib/errors.ts';
import { digestHex, type Digest } from '../digest.ts';
import { digestOf } from '../hash.ts';
import { createdMsOf, type ImageStore, type StoredImage } from '../image-store.ts';
import { mediaTypes } from '../media-type.ts';
import { familiarName, familiarText, referenceText, type Reference } from '../reference.ts';
import { tarEnd, tarHeader, tarPadding } from '../tar-writer.ts';

export interface SavedImage {
  readonly image: StoredImage;
  /** With tags; none for an image that was asked for by its ID. */
  readonly references: readonly Reference[];
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
  { format = 'docker' }: { readonly format?: 'docker' | 'oci' } = {},
): Promise<ReadableStream<Uint8Array>> {
  const files = new Map<string, SavedFile>();
  const items: object[] = [];
  const manifests: object[] = [];
  const repositories: Record<string, Record<string, string>> = {};
  const ids = new Set(images.map(({ image }) => image.id));
  for (const saved of images) {
    const { image, references } = saved;
    const top = image.layers.at(-1);
    if (top === undefined) throw new KindError('system', 'empty export - not implemented');
    const config = await store.configBytes(image.id);
    const manifest = await manifestOf(image, config.length);
    const createdSeconds = Math.floor(createdMsOf(image) / 1000);
    addBytes(files, { path: blobPath(image.id), bytes: config, mtimeSeconds: createdSeconds });
    addBytes(files, { path: blobPath(manifest.digest), bytes: manifest.bytes, mtimeSeconds: 0 });
    for (const { diffId, tarBytes } of image.layers) {
      files.set(blobPath(diffId), {
        path: blobPath(diffId),
        sizeBytes: tarBytes,
        mtimeSeconds: createdSeconds,
        open: () => store.layers.tar(diffId),
      });
    }
    for (const reference of references) {
      const name = familiarName(reference);
      repositories[name] = { ...repositories[name], [reference.tag ?? '']: digestHex(top.diffId) };
    }
    items.push(manifestItem(saved, ids));
    manifests.push(...descriptors(saved, manifest));
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

async function manifestOf(
  { id, layers }: StoredImage,
  configBytes: number,
): Promise<{ digest: Digest; bytes: Uint8Array }> {
  const bytes = encode({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: mediaTypes.ociConfig, digest: id, size: configBytes },
    layers: layers.map(({ diffId, tarBytes }) => ({
      mediaType: mediaTypes.ociLayer,
      digest: diffId,
      size: tarBytes,
    })),
  });
  return { digest: await digestOf(bytes), bytes };
}

function manifestItem({ image, references }: SavedImage, ids: ReadonlySet<Digest>): object {
  const hasParent = image.parent !== undefined && ids.has(image.parent);
  return {
    Config: blobPath(image.id),
    RepoTags: references.length === 0 ? null : references.map(familiarText),
    Layers: image.layers.map(({ diffId }) => blobPath(diffId)),
    ...(hasParent ? { Parent: image.parent } : {}),
    LayerSources: sortedObject(
      Object.fromEntries(
        image.layers.map(({ diffId, tarBytes }) => [
          diffId,
          { mediaType: mediaTypes.ociLayer, size: tarBytes, digest: diffId },
        ]),
      ),
    ),
  };
}

/** One for each name; one without when there is none. */
function descriptors(
  { references }: SavedImage,
  manifest: { digest: Digest; bytes: Uint8Array },
): object[] {
  const descriptor = {
    mediaType: mediaTypes.ociManifest,
    digest: manifest.digest,
    size: manifest.bytes.length,
  };
  if (references.length === 0) return [descriptor];
  return references.map((reference) => ({
    ...descriptor,
    annotations: {
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
