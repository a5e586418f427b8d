/**
 * `docker push`: the layers of an image, its config, and then a schema 2 manifest under the tag. Layers are compressed
 * anew, always to the same bytes; one that the registry has, under a digest known here, is not sent.
 */
import type { JsonMessage } from '../api/image.ts';
import { errorKind, KindError } from '../lib/errors.ts';
import type { Digest } from '../image/digest.ts';
import { digestOf } from '../image/hash.ts';
import type { ImageStore, StoredImage } from '../image/image-store.ts';
import type { Descriptor } from '../image/manifest.ts';
import { mediaTypes } from '../image/media-type.ts';
import { referenceName, type Reference } from '../image/reference.ts';
import { Authorizer } from './authorizer.ts';
import { systemClock, type Clock } from './blob-download.ts';
import { uploadBlob } from './blob-upload.ts';
import type { Credentials, EndpointResolver } from './endpoint.ts';
import { pushLayer } from './layer-push.ts';
import { RepositoryClient } from './repository-client.ts';
import { Slots } from './slots.ts';

/** As Docker's `max-concurrent-uploads`. */
const uploadsMax = 5;

export interface PusherOptions {
  readonly images: ImageStore;
  readonly endpoints: EndpointResolver;
  readonly fetch: typeof fetch;
  readonly clock?: Clock;
}

export interface PushOptions {
  readonly images: readonly { readonly tag: string; readonly imageId: Digest }[];
  readonly onProgress: (message: JsonMessage) => void;
  readonly credentials?: Credentials;
  readonly signal?: AbortSignal;
}

export class Pusher {
  readonly #options: PusherOptions;
  readonly #clock: Clock;
  readonly #authorizer: Authorizer;
  readonly #slots = new Slots(uploadsMax);

  constructor(options: PusherOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#authorizer = new Authorizer({ fetch: options.fetch, now: this.#clock.now });
  }

  /** Sends each image under its tag. Rejects with Docker's words; `cancelled` when `signal` aborts. */
  async push(repository: Reference, options: PushOptions): Promise<void> {
    const endpoint = this.#options.endpoints(repository).find(({ isMirror }) => !isMirror);
    if (endpoint === undefined) {
      const message = `no endpoints found for ${referenceName(repository)}`;
      throw new KindError('system', message);
    }
    const { credentials } = options;
    const client = new RepositoryClient({
      endpoint: credentials === undefined ? endpoint : { ...endpoint, credentials },
      reference: repository,
      authorizer: this.#authorizer,
      fetch: this.#options.fetch,
      actions: 'pull,push',
    });
    const pushed = new Map<Digest, Descriptor>();
    try {
      // A registry that is not there is no reason to try each layer five times.
      await client.ping(options.signal);
      for (const { tag, imageId } of options.images) {
        const image = await this.#options.images.get(imageId);
        await this.#pushTag(client, { repository, tag, image, pushed, options });
      }
    } catch (error) {
      if (options.signal?.aborted !== true && errorKind(error) !== 'cancelled') throw error;
      throw new KindError('cancelled', 'context canceled', { cause: error });
    }
  }

  async #pushTag(
    client: RepositoryClient,
    parts: {
      readonly repository: Reference;
      readonly tag: string;
      readonly image: StoredImage;
      /** What is known to be there, so that a second tag sends nothing. */
      readonly pushed: Map<Digest, Descriptor>;
      readonly options: PushOptions;
    },
  ): Promise<void> {
    const { repository, tag, image, pushed, options } = parts;
    const { images } = this.#options;
    const lease = images.lease();
    try {
      for (const { diffId } of image.layers) lease.add(diffId);
      await this.#pushLayers(client, { repository, image, pushed, options });
      const config = await pushConfig(client, {
        digest: image.id,
        bytes: await images.configBytes(image.id),
        signal: options.signal,
      });
      const layers = image.layers.flatMap(({ diffId }) => pushed.get(diffId) ?? []);
      const manifest = manifestBytes(config, layers);
      await client.call(`manifests/${tag}`, {
        method: 'PUT',
        headers: { 'content-type': mediaTypes.dockerManifest },
        body: manifest,
        expect: [200, 201, 202],
        signal: options.signal,
      });
      const digest = await digestOf(manifest);
      options.onProgress({ status: `${tag}: digest: ${digest} size: ${manifest.length}` });
      const { domain, path } = repository;
      await images.references.set({ domain, path, digest }, image.id);
      const aux = { Tag: tag, Digest: digest, Size: manifest.length };
      options.onProgress({ progressDetail: {}, aux });
    } finally {
      await lease.release();
    }
  }

  /** All layers side by side, the topmost first. The first failure ends the others. */
  async #pushLayers(
    client: RepositoryClient,
    parts: {
      readonly repository: Reference;
      readonly image: StoredImage;
      readonly pushed: Map<Digest, Descriptor>;
      readonly options: PushOptions;
    },
  ): Promise<void> {
    const { repository, image, pushed, options } = parts;
    const abort = new AbortController();
    const signals = options.signal === undefined ? [] : [options.signal];
    const signal = AbortSignal.any([abort.signal, ...signals]);
    const pushes = new Map<Digest, Promise<void>>();
    let firstError: unknown;
    for (const layer of image.layers.toReversed()) {
      const id = layer.diffId.slice('sha256:'.length, 'sha256:'.length + 12);
      const report = (message: JsonMessage) =>
        options.onProgress({ progressDetail: {}, ...message, id });
      report({ status: 'Preparing' });
      if (pushes.has(layer.diffId)) continue;
      const push = pushLayer(layer, {
        client,
        repository,
        store: this.#options.images.layers,
        slots: this.#slots,
        clock: this.#clock,
        known: pushed.get(layer.diffId),
        report,
        signal,
      })
        .then((descriptor) => void pushed.set(layer.diffId, descriptor))
        .catch((error: unknown) => {
          firstError ??= error;
          abort.abort(error);
          throw error;
        });
      push.catch(() => undefined);
      pushes.set(layer.diffId, push);
    }
    const results = await Promise.allSettled(pushes.values());
    if (results.some(({ status }) => status === 'rejected')) {
      options.signal?.throwIfAborted();
      throw firstError;
    }
  }
}

async function pushConfig(
  client: RepositoryClient,
  blob: { digest: Digest; bytes: Uint8Array; signal: AbortSignal | undefined },
): Promise<Descriptor> {
  const { digest, bytes, signal } = blob;
  const head = await client.call(`blobs/${digest}`, { method: 'HEAD', expect: [200, 404], signal });
  if (head.status === 404) {
    const source = async function* () {
      yield bytes;
    };
    await uploadBlob(client, { source: source(), signal });
  }
  return { mediaType: mediaTypes.dockerConfig, digest, sizeBytes: bytes.length };
}

/** As Docker writes it, so that its digest is the same: three spaces, these fields, in this order. */
function manifestBytes(config: Descriptor, layers: readonly Descriptor[]): Uint8Array {
  const fields = ({ mediaType, digest, sizeBytes }: Descriptor) => ({
    mediaType,
    size: sizeBytes,
    digest,
  });
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.dockerManifest,
    config: fields(config),
    layers: layers.map(fields),
  };
  return new TextEncoder().encode(JSON.stringify(manifest, undefined, 3));
}
