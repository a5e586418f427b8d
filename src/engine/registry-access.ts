/** What the engine needs of registries and of other places that images come from; the host provides it. */
import type { DistributionInspect, ImageSearchResult, JsonMessage } from '../api/image.ts';
import type { Digest } from '../image/digest.ts';
import type { Platform } from '../image/platform.ts';
import type { Reference } from '../image/reference.ts';
import type { RegistryAuth } from './server/backend/image-backend.ts';

export interface RegistryRequest {
  readonly auth?: RegistryAuth;
  readonly signal?: AbortSignal;
}

export interface TransferRequest extends RegistryRequest {
  /** In the words of Docker's progress stream. */
  readonly onProgress: (message: JsonMessage) => void;
}

export interface RegistryAccess {
  /** Fetches an image into the store; without a tag and a digest all tags of the repository. */
  pull(
    reference: Reference,
    options: TransferRequest & { readonly platform?: Platform },
  ): Promise<void>;
  /** Sends images to their registry, each under its tag of the repository. */
  push(
    repository: Reference,
    options: TransferRequest & {
      readonly images: readonly { readonly tag: string; readonly imageId: Digest }[];
    },
  ): Promise<void>;
  distribution(reference: Reference, options: RegistryRequest): Promise<DistributionInspect>;
  /** Everything the registry finds; `registry` is `docker.io` or a host, `limit` 0 for the registry's own. */
  search(
    query: { readonly registry: string; readonly term: string; readonly limit: number },
    options: RegistryRequest,
  ): Promise<readonly ImageSearchResult[]>;
  /** Asks a registry whether it takes the credentials; gives its identity token, or an empty text. */
  login(
    host: string,
    options: RegistryRequest & {
      readonly auth: { username: string; password: string; identityToken?: string };
    },
  ): Promise<string>;
  /** A file of another host, for an import. */
  download(url: URL, options: RegistryRequest): Promise<Response>;
}
