/** One layer of a push: looked for, mounted from another repository, or sent; tried again when that breaks. */
import type { JsonMessage } from '../api/image.ts';
import { errorKind, KindError } from '../lib/errors.ts';
import { gzip } from '../image/gzip-encoder.ts';
import type { LayerInfo, LayerSource, LayerStore } from '../image/layer-store.ts';
import type { Descriptor } from '../image/manifest.ts';
import { mediaTypes } from '../image/media-type.ts';
import { parseReference, referenceName, type Reference } from '../image/reference.ts';
import type { Clock } from './blob-download.ts';
import { uploadBlob, uploadLocation } from './blob-upload.ts';
import { progressMessage } from './progress.ts';
import { RegistryError } from './registry-error.ts';
import type { RepositoryClient } from './repository-client.ts';
import type { Slots } from './slots.ts';

/** As Docker. */
const attemptsMax = 5;
const pauseSeconds = 5;
const updateBytes = 512 * 1024;

/** How hard to look before sending, by size: a small layer is sent sooner than looked for. As Docker. */
const searches = [
  { sizeBytesMax: 100 * 1024, mountsMax: 1, checksMax: 1, othersToo: false },
  { sizeBytesMax: 10 * 1024 ** 2, mountsMax: 3, checksMax: 1, othersToo: false },
  { sizeBytesMax: Infinity, mountsMax: 4, checksMax: 3, othersToo: true },
] as const;

export interface LayerPushOptions {
  readonly client: RepositoryClient;
  readonly repository: Reference;
  readonly store: LayerStore;
  readonly slots: Slots;
  readonly clock: Clock;
  /** Where it is already, from an earlier tag of the same push. */
  readonly known: Descriptor | undefined;
  readonly report: (message: JsonMessage) => void;
  readonly signal: AbortSignal;
}

export async function pushLayer(layer: LayerInfo, options: LayerPushOptions): Promise<Descriptor> {
  const { slots, report, signal } = options;
  const slot = await slots.acquire(() => report({ status: 'Waiting' }));
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        signal.throwIfAborted();
        return await pushOnce(layer, options);
      } catch (error) {
        signal.throwIfAborted();
        if (!isRetryable(error) || attempt === attemptsMax) throw error;
        await pause(attempt * pauseSeconds, options);
      }
    }
  } finally {
    slot.dispose();
  }
}

async function pushOnce(layer: LayerInfo, options: LayerPushOptions): Promise<Descriptor> {
  const { known, store, repository, report } = options;
  if (known !== undefined) {
    report({ status: 'Layer already exists' });
    return known;
  }
  const search =
    searches.find(({ sizeBytesMax }) => layer.sizeBytes <= sizeBytesMax) ?? searches[2];
  const name = referenceName(repository);
  // The youngest first.
  const sources = (await store.sources(layer.diffId)).toReversed();
  const own = sources.filter(({ repository: source }) => source === name);
  const others = sources.filter(({ repository: source }) => source !== name);
  const first = [...own, ...others].slice(0, 1);
  for (const source of first) {
    if (await exists(source, options)) return remember(layer, source, options);
  }
  const mounted = await mount(others.slice(0, search.mountsMax), options);
  if (mounted?.source !== undefined) return remember(layer, mounted.source, options);
  const more = (search.othersToo ? sources : own).filter((source) => !first.includes(source));
  for (const source of more.slice(0, search.checksMax - first.length)) {
    if (await exists(source, options)) return remember(layer, source, options);
  }
  const blob = await send(layer, { ...options, location: mounted?.location });
  report({ status: 'Pushed' });
  return remember(layer, { ...blob, repository: name }, options);
}

/** A registry that does not say is taken not to have it. */
async function exists(source: LayerSource, options: LayerPushOptions): Promise<boolean> {
  const { client, report, signal } = options;
  try {
    const path = `blobs/${source.digest}`;
    const { status } = await client.call(path, { method: 'HEAD', expect: [200, 404], signal });
    if (status === 404) return false;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RegistryError) || error.isTemporary) throw error;
    return false;
  }
  report({ status: 'Layer already exists' });
  return true;
}

/** Asks the registry to take a blob over from another of its repositories; what it may begin instead is an upload. */
async function mount(
  candidates: readonly LayerSource[],
  { client, repository, report, signal }: LayerPushOptions,
): Promise<{ source?: LayerSource; location?: string } | undefined> {
  let location: string | undefined;
  for (const source of candidates) {
    const from = parseReference(source.repository);
    if (from.domain !== repository.domain) continue;
    const query = `mount=${encodeURIComponent(source.digest)}&from=${encodeURIComponent(from.path)}`;
    try {
      const response = await client.call(`blobs/uploads/?${query}`, {
        method: 'POST',
        expect: [201, 202],
        scopes: [`repository:${from.path}:pull`],
        signal,
      });
      if (response.status === 201) {
        report({ status: `Mounted from ${from.path}` });
        return { source };
      }
      location = uploadLocation(client, response);
    } catch (error) {
      signal.throwIfAborted();
      // Not ours to read there: then it is sent.
      if (!(error instanceof RegistryError)) throw error;
    }
  }
  return location === undefined ? undefined : { location };
}

async function send(
  { diffId, sizeBytes }: LayerInfo,
  options: LayerPushOptions & { readonly location: string | undefined },
) {
  const { client, store, report, location, signal } = options;
  const read = async function* () {
    let current = 0;
    let reported = 0;
    for await (const chunk of store.tar(diffId)) {
      signal.throwIfAborted();
      current += chunk.length;
      if (current - reported >= updateBytes) {
        report(progressMessage('Pushing', { current, total: sizeBytes }));
        reported = current;
      }
      yield chunk;
    }
    report(progressMessage('Pushing', { current, total: sizeBytes }));
  };
  return uploadBlob(client, { source: gzip(read()), location, signal });
}

async function remember(
  { diffId }: LayerInfo,
  source: LayerSource,
  { store, repository }: LayerPushOptions,
): Promise<Descriptor> {
  const { digest, sizeBytes } = source;
  await store.linkBlob(digest, diffId, { sizeBytes, repository: referenceName(repository) });
  return { mediaType: mediaTypes.dockerLayerGzip, digest, sizeBytes };
}

/** What the registry refuses stays refused. */
function isRetryable(error: unknown): boolean {
  if (error instanceof RegistryError) return error.isTemporary;
  const kind = error instanceof KindError ? error.kind : errorKind(error);
  return kind === 'unavailable' || (kind === 'system' && !(error instanceof KindError));
}

async function pause(seconds: number, options: LayerPushOptions): Promise<void> {
  const { clock, report, signal } = options;
  for (let left = seconds; left > 0; left -= 1) {
    report({ status: `Retrying in ${left} second${left === 1 ? '' : 's'}` });
    await clock.sleep(1000, signal);
  }
}
