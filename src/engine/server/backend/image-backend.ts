/** What the routes under `/images` need of an engine. */
import type { ImageLayers } from '../../../api/image-layers.ts';
import type { CommitRequest } from '../../../api/container.ts';
import type {
  DistributionInspect,
  ImageDeleteItem,
  ImageHistoryItem,
  ImageInspect,
  ImageSearchResult,
  ImagesPruneResponse,
  ImageSummary,
  JsonMessage,
} from '../../../api/image.ts';
import type { Filters } from './filters.ts';

/** Decoded `X-Registry-Auth`. */
export interface RegistryAuth {
  readonly username?: string;
  readonly password?: string;
  /** In place of the password, from a login. */
  readonly identityToken?: string;
}

export interface ImagePlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** `repo` and `tag` of a request, as given; an empty repo names nothing. */
export interface RepoTag {
  readonly repo: string;
  readonly tag: string;
}

export interface ProgressOptions {
  readonly onProgress: (message: JsonMessage) => void;
  readonly signal?: AbortSignal;
}

export interface ImagePullOptions extends ProgressOptions {
  /** Without a tag and without a digest: all tags of the repository. */
  readonly name: string;
  /** A tag, a digest, or empty. */
  readonly tag: string;
  /** `os[/architecture[/variant]]`. */
  readonly platform?: string;
  readonly auth?: RegistryAuth;
}

export interface ImagePushOptions extends ProgressOptions {
  readonly name: string;
  /** Empty for all tags. */
  readonly tag: string;
  readonly platform?: ImagePlatform;
  readonly auth?: RegistryAuth;
}

export interface ImageImportOptions extends ProgressOptions {
  /** `-` for the body, else a URL. */
  readonly source: string;
  readonly body: ReadableStream<Uint8Array>;
  readonly target: RepoTag;
  readonly message: string;
  /** Dockerfile instructions. */
  readonly changes: readonly string[];
  readonly platform?: string;
}

export interface ImageLoadOptions extends ProgressOptions {
  readonly body: ReadableStream<Uint8Array>;
  readonly quiet: boolean;
  readonly platform?: ImagePlatform;
}

export interface ImageListOptions {
  readonly all: boolean;
  readonly sharedSize?: boolean;
  readonly filters?: Filters;
}

export interface ImageSearchOptions {
  readonly term: string;
  /** 0 for the registry's own. */
  readonly limit: number;
  readonly filters: Filters;
  readonly auth?: RegistryAuth;
  readonly signal?: AbortSignal;
}

export interface ContainerCommitOptions {
  readonly container: string;
  readonly target: RepoTag;
  readonly author: string;
  readonly comment: string;
  readonly pause: boolean;
  readonly changes: readonly string[];
  /** Replaces the container's configuration, which then fills what is missing. */
  readonly config?: CommitRequest;
  readonly signal?: AbortSignal;
}

export interface ImageBackend {
  imagePull(options: ImagePullOptions): Promise<void>;
  imagePush(options: ImagePushOptions): Promise<void>;
  imageImport(options: ImageImportOptions): Promise<void>;
  imageLoad(options: ImageLoadOptions): Promise<void>;
  /** An archive of the images; rejects before its first byte when there is one it does not find. */
  imageSave(
    names: readonly string[],
    options: { readonly platform?: ImagePlatform },
  ): Promise<ReadableStream<Uint8Array>>;
  imageList(options: ImageListOptions): Promise<ImageSummary[]>;
  imageInspect(name: string, options: { readonly platform?: ImagePlatform }): Promise<ImageInspect>;
  imageHistory(
    name: string,
    options: { readonly platform?: ImagePlatform },
  ): Promise<ImageHistoryItem[]>;
  imageLayers(name: string): Promise<ImageLayers>;
  imageTag(name: string, target: RepoTag): Promise<void>;
  imageRemove(
    name: string,
    options: {
      readonly force: boolean;
      readonly noPrune: boolean;
      /** Which the image must be of. */
      readonly platform?: ImagePlatform;
    },
  ): Promise<ImageDeleteItem[]>;
  imagesPrune(filters: Filters): Promise<ImagesPruneResponse>;
  imageSearch(options: ImageSearchOptions): Promise<ImageSearchResult[]>;
  distributionInspect(
    name: string,
    options: { readonly auth?: RegistryAuth; readonly signal?: AbortSignal },
  ): Promise<DistributionInspect>;
  /** The new image's ID. */
  containerCommit(options: ContainerCommitOptions): Promise<string>;
}
