/** The docker archive: manifest.json names the config, the layers and the tags of each image. */
import { KindError } from '../../lib/errors.ts';
import { isRecord } from '../../lib/json.ts';
import { isDigest, type Digest } from '../digest.ts';
import type { ImageStore } from '../image-store.ts';
import { parseReference } from '../reference.ts';
import { storeArchivedImage } from './archived-image.ts';
import { nameLoaded, type LoadContext } from './load-context.ts';

/** As many as anybody ever saved together, and some. */
const imagesMax = 4096;

interface ManifestItem {
  readonly config: string;
  readonly repoTags: readonly string[];
  readonly layers: readonly string[];
  readonly parent: string;
}

export async function loadDockerArchive(context: LoadContext): Promise<void> {
  const parents = new Map<Digest, string>();
  const ids: Digest[] = [];
  let lastHasNames = true;
  for (const item of parseItems(context.archive.json('manifest.json'))) {
    context.signal?.throwIfAborted();
    const parts = { config: context.archive.json(item.config), layerPaths: item.layers };
    const id = await storeArchivedImage(parts, context);
    if (id === undefined) continue;
    ids.push(id);
    for (const name of item.repoTags) {
      const reference = parseReference(name);
      if (reference.tag === undefined || reference.digest !== undefined)
        throw invalid(`invalid tag ${JSON.stringify(name)}`);
      await nameLoaded(id, reference, context);
    }
    lastHasNames = item.repoTags.length > 0;
    parents.set(id, item.parent);
    await context.onImage(id);
  }
  for (const [id, parent] of parents) await setParent(context.store, { id, parent, parents });
  // As Docker: the IDs are told when the last image has no name.
  if (!lastHasNames) for (const id of ids) context.onText(`Loaded image ID: ${id}`);
}

/** Only what the archive itself holds, and the histories agree to, is taken for a parent. */
async function setParent(
  store: ImageStore,
  link: {
    readonly id: Digest;
    readonly parent: string;
    readonly parents: ReadonlyMap<Digest, string>;
  },
): Promise<void> {
  const { id, parent, parents } = link;
  if (!isDigest(parent) || parent === id || !parents.has(parent)) return;
  const child = (await store.get(id)).config.history;
  const above = (await store.get(parent)).config.history;
  const isNext = child.length === above.length + 1 || child.length + above.length === 0;
  const isSame = above.every(
    (entry, index) => JSON.stringify(entry) === JSON.stringify(child[index]),
  );
  if (!isNext || !isSame) throw invalid(`image ${parent} is not a valid parent for ${id}`);
  await store.setParent(id, parent);
}

function parseItems(bytes: Uint8Array): ManifestItem[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new KindError('invalidParameter', 'manifest.json is not valid JSON', { cause });
  }
  if (value === null) throw invalid('invalid manifest, manifest cannot be null (but can be [])');
  if (!Array.isArray(value)) throw invalid('invalid manifest, it must be a list');
  if (value.length > imagesMax) throw invalid(`archive has more than ${imagesMax} images`);
  return value.map((item: unknown) => {
    if (!isRecord(item)) throw invalid('invalid manifest, an image must be an object');
    const { Config: config, Parent: parent = '' } = item;
    if (typeof config !== 'string' || typeof parent !== 'string')
      throw invalid('invalid manifest, "Config" must be a string');
    return {
      config,
      parent,
      repoTags: strings(item, 'RepoTags'),
      layers: strings(item, 'Layers'),
    };
  });
}

function strings(item: Readonly<Record<string, unknown>>, key: string): string[] {
  const value = item[key] ?? [];
  const list: unknown[] | undefined = Array.isArray(value) ? value : undefined;
  const texts = list?.filter((text) => typeof text === 'string');
  if (list === undefined || texts?.length !== list.length)
    throw invalid(`invalid manifest, ${JSON.stringify(key)} must be a list of strings`);
  return texts;
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
