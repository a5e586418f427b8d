/**
 * `docker pull`: a reference becomes a stored image. Whatever goes wrong, nothing of the failed pull is left: layers
 * are leased while they are downloaded, and those that no image names are forgotten when the lease ends.
 */
import { errorKind, KindError } from '../lib/errors.ts';
import type { Digest } from '../image/digest.ts';
import { digestOf } from '../image/hash.ts';
import { configSizeBytesMax, parseImageConfig } from '../image/image-config.ts';
import type { ImageStore } from '../image/image-store.ts';
import type { Descriptor, ImageIndex, ImageManifest } from '../image/manifest.ts';
import { checkConfigType, checkLayerType } from '../image/media-type.ts';
import { machinePlatform, matchPlatform, noMatchError, type Platform } from '../image/platform.ts';
import {
  defaultTag,
  familiarText,
  pullReference,
  referenceText,
  type Reference,
} from '../image/reference.ts';
import { Authorizer } from './authorizer.ts';
import { downloadBlob, systemClock, type Clock } from './blob-download.ts';
import type { Credentials, EndpointResolver, RegistryEndpoint } from './endpoint.ts';
import { KeyedMutex } from './keyed-mutex.ts';
import { pullLayers, type WantedLayer } from './layer-pull.ts';
import type { ProgressListener } from './progress.ts';
import { RegistryError, translatePullError } from './registry-error.ts';
import { RepositoryClient, type FetchedManifest } from './repository-client.ts';
import { Slots } from './slots.ts';

/** As Docker's `max-concurrent-downloads`. */
const downloadsMax = 3;
/** A list may hold a list; nothing real nests deeper. */
const indexDepthMax = 4;

export interface PullerOptions {
  readonly images: ImageStore;
  readonly endpoints: EndpointResolver;
  readonly fetch: typeof fetch;
  readonly clock?: Clock;
}

export interface PullOptions {
  readonly platform?: Platform;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
  /** For the registry itself, never for a mirror. */
  readonly credentials?: Credentials;
}

export interface PullResult {
  readonly imageId: Digest;
  /** Of the manifest or list that the reference named. */
  readonly digest: Digest;
  /** False when the reference named this image before. */
  readonly isNew: boolean;
}

export interface InspectedManifest extends FetchedManifest {
  readonly platforms: readonly Platform[];
}

export class Puller {
  readonly #images: ImageStore;
  readonly #endpoints: EndpointResolver;
  readonly #fetch: typeof fetch;
  readonly #clock: Clock;
  readonly #authorizer: Authorizer;
  readonly #slots = new Slots(downloadsMax);
  readonly #mutex = new KeyedMutex();

  constructor({ images, endpoints, fetch, clock = systemClock }: PullerOptions) {
    this.#images = images;
    this.#endpoints = endpoints;
    this.#fetch = fetch;
    this.#clock = clock;
    this.#authorizer = new Authorizer({ fetch, now: clock.now });
  }

  /** Asks the endpoints in order. Rejects with Docker's words; `cancelled` when `signal` aborts. */
  async pull(named: Reference, options: PullOptions = {}): Promise<PullResult> {
    const reference = pullReference(named);
    return this.#firstOf(reference, options, async (client) => {
      const result = await this.#pullFrom(client, { reference, options });
      reportStatus(reference, { isNew: result.isNew, options });
      return result;
    });
  }

  /** All tags of a repository, in the registry's order. */
  async pullAll({ domain, path }: Reference, options: PullOptions = {}): Promise<void> {
    const repository = { domain, path };
    await this.#firstOf(repository, options, async (client) => {
      let isNew = false;
      for (const tag of await client.tags(options.signal)) {
        const result = await this.#pullFrom(client, { reference: { ...repository, tag }, options });
        isNew ||= result.isNew;
      }
      reportStatus(repository, { isNew, options });
    });
  }

  /** What a registry says of an image, without pulling it. */
  async inspect(
    reference: Reference,
    options: Pick<PullOptions, 'signal' | 'credentials'> = {},
  ): Promise<InspectedManifest> {
    return this.#firstOf(reference, options, async (client) => {
      const top = await client.manifest(wantedOf(reference), options.signal);
      if (top.manifest.kind === 'index') return { ...top, platforms: listPlatforms(top.manifest) };
      const signal = options.signal ?? new AbortController().signal;
      const bytes = await fetchConfig(top.manifest.config, { client, signal, clock: this.#clock });
      return { ...top, platforms: configPlatforms(bytes) };
    });
  }

  async #firstOf<T>(
    reference: Reference,
    options: Pick<PullOptions, 'signal' | 'credentials'>,
    use: (client: RepositoryClient) => Promise<T>,
  ): Promise<T> {
    const endpoints = this.#endpoints(reference);
    let lastError: unknown = new KindError(
      'notFound',
      `no endpoint for registry "${reference.domain}"`,
    );
    for (const endpoint of endpoints) {
      try {
        return await use(
          new RepositoryClient({
            endpoint: withCredentials(endpoint, options.credentials),
            reference,
            authorizer: this.#authorizer,
            fetch: this.#fetch,
          }),
        );
      } catch (error) {
        if (options.signal?.aborted === true || errorKind(error) === 'cancelled')
          throw cancelled(error);
        lastError = error;
        const isLocal = error instanceof KindError && error.kind === 'resourceExhausted';
        if (isLocal || !endpoint.isMirror) break;
      }
    }
    throw translatePullError(lastError, reference);
  }

  async #pullFrom(
    client: RepositoryClient,
    { reference, options }: { reference: Reference; options: PullOptions },
  ): Promise<PullResult> {
    const report = options.onProgress ?? (() => undefined);
    const signal = options.signal ?? new AbortController().signal;
    const top = await client.manifest(wantedOf(reference), signal);
    report({
      status: `Pulling from ${reference.path}`,
      id: reference.tag ?? referenceText(reference),
    });
    const platform = options.platform ?? machinePlatform;
    const manifest = await resolvePlatform(client, { top, platform, signal });
    const lease = this.#images.lease();
    try {
      const imageId = await this.#pullImage(manifest, { client, lease, report, signal });
      report({ status: `Digest: ${top.digest}` });
      const isNew = await this.#name(reference, { imageId, digest: top.digest });
      return { imageId, digest: top.digest, isNew };
    } finally {
      await lease.release();
    }
  }

  async #pullImage(
    manifest: ImageManifest,
    context: Pick<Parameters<typeof pullLayers>[1], 'client' | 'lease' | 'report' | 'signal'>,
  ): Promise<Digest> {
    checkConfigType(manifest.config.mediaType);
    for (const layer of manifest.layers) checkLayerType(layer.mediaType);
    if (await this.#images.has(manifest.config.digest)) return manifest.config.digest;
    const config = await fetchConfig(manifest.config, { ...context, clock: this.#clock });
    const layers = pairLayers(manifest.layers, parseImageConfig(config).diffIds);
    await pullLayers(layers, {
      ...context,
      store: this.#images.layers,
      slots: this.#slots,
      mutex: this.#mutex,
      clock: this.#clock,
    });
    context.signal.throwIfAborted();
    return this.#images.put(config);
  }

  /** Gives the image its names, the tag last. Returns whether the reference named another image before, or none. */
  async #name(
    reference: Reference,
    { imageId, digest }: { imageId: Digest; digest: Digest },
  ): Promise<boolean> {
    const { references } = this.#images;
    const before = await references.get(reference);
    const { domain, path } = reference;
    await references.set({ domain, path, digest }, imageId);
    if (before === imageId) return false;
    await references.set(reference, imageId);
    return true;
  }
}

function wantedOf({ tag = defaultTag, digest }: Reference): { tag: string } | { digest: Digest } {
  return digest === undefined ? { tag } : { digest };
}

function reportStatus(
  reference: Reference,
  { isNew, options }: { isNew: boolean; options: PullOptions },
): void {
  const what = isNew ? 'Downloaded newer image for' : 'Image is up to date for';
  options.onProgress?.({ status: `Status: ${what} ${familiarText(reference)}` });
}

function listPlatforms({ manifests }: ImageIndex): Platform[] {
  return manifests.map(({ platform }) => platform ?? { os: '', architecture: '' });
}

/** None when the config is not an image's. */
function configPlatforms(bytes: Uint8Array): Platform[] {
  try {
    return [parseImageConfig(bytes).platform];
  } catch {
    return [];
  }
}

async function resolvePlatform(
  client: RepositoryClient,
  { top, platform, signal }: { top: FetchedManifest; platform: Platform; signal: AbortSignal },
): Promise<ImageManifest> {
  let { manifest } = top;
  for (let depth = 0; manifest.kind === 'index'; depth += 1) {
    const [entry] = matchPlatform(manifest.manifests, platform);
    if (entry === undefined || depth === indexDepthMax) throw noMatchError(platform);
    ({ manifest } = await client.manifest({ digest: entry.digest }, signal));
  }
  return manifest;
}

interface ConfigContext {
  readonly client: RepositoryClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function fetchConfig(blob: Descriptor, context: ConfigContext): Promise<Uint8Array> {
  if (blob.sizeBytes > configSizeBytesMax) {
    throw new KindError(
      'invalidParameter',
      'error pulling image configuration: image config is too large',
    );
  }
  const bytes = new Uint8Array(blob.sizeBytes);
  let at = 0;
  try {
    for await (const chunk of downloadBlob({ ...context, blob })) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
  } catch (error) {
    throw configError(error, blob);
  }
  if ((await digestOf(bytes)) !== blob.digest) throw configError(undefined, blob);
  return bytes;
}

/** Docker's words around what went wrong with the config. */
function configError(error: unknown, { digest }: Descriptor): unknown {
  const kind = errorKind(error);
  if (kind === 'cancelled' || error instanceof RegistryError) return error;
  const reason =
    error === undefined || kind === 'dataLoss'
      ? `image config verification failed for digest ${digest}`
      : error instanceof Error
        ? error.message
        : String(error);
  return new KindError(
    kind === 'system' ? 'system' : kind,
    `error pulling image configuration: ${reason}`,
    {
      cause: error,
    },
  );
}

function pairLayers(blobs: readonly Descriptor[], diffIds: readonly Digest[]): WantedLayer[] {
  const layers = blobs.flatMap((blob, index) => {
    const diffId = diffIds[index];
    return diffId === undefined ? [] : [{ blob, diffId }];
  });
  if (layers.length !== blobs.length || layers.length !== diffIds.length) {
    throw new KindError('dataLoss', "layers from manifest don't match image configuration");
  }
  return layers;
}

function withCredentials(
  endpoint: RegistryEndpoint,
  credentials: Credentials | undefined,
): RegistryEndpoint {
  return endpoint.isMirror || credentials === undefined ? endpoint : { ...endpoint, credentials };
}

function cancelled(error: unknown): KindError {
  return new KindError('cancelled', 'context canceled', { cause: error });
}
