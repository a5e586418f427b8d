/** What the routes under `/build` need of an engine. */
import type { BuildCall } from '../../../api/build.ts';
import type { HostConfig } from '../../../api/container.ts';
import type { Filters } from './filters.ts';
import type { ProgressOptions, RegistryAuth } from './image-backend.ts';

export interface BuildOutputOption {
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A socket of the machine that an agent listens on, or private keys for an agent of the build's own. */
export type BuildSshAgent = { readonly socket: string } | { readonly keys: readonly Uint8Array[] };

export interface ImageBuildOptions extends ProgressOptions {
  /** Docker's classic builder, or BuildKit's look. */
  readonly version: 1 | 2;
  /** A tar, compressed or not. */
  readonly body: ReadableStream<Uint8Array>;
  /** A URL of a tar or of a Dockerfile; empty for the body. */
  readonly remote: string;
  /** Empty for the default name. */
  readonly dockerfile: string;
  /** How messages call the Dockerfile; empty for its name. */
  readonly sourceName: string;
  readonly tags: readonly string[];
  readonly target: string;
  /** Null is a variable that the client does not have. */
  readonly buildArgs: Readonly<Record<string, string | null>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly noCache: true | readonly string[];
  /** References of images, or in BuildKit's look `type=registry,ref=…`. */
  readonly cacheFrom: readonly string[];
  /** `type=inline` alone. */
  readonly cacheTo: readonly string[];
  readonly pull: boolean;
  readonly removeContainers: boolean;
  readonly removeFailedContainers: boolean;
  readonly isQuiet: boolean;
  /** `os[/architecture[/variant]]`; empty for the machine's. */
  readonly platform: string;
  /** Limits, network, hosts of the containers that RUN makes. */
  readonly hostConfig: HostConfig;
  /** What RUN may have beyond a container's own: `network.host`. */
  readonly entitlements: readonly string[];
  readonly namedContexts: Readonly<Record<string, string>>;
  readonly secrets: ReadonlyMap<string, Uint8Array>;
  /** By ID. */
  readonly ssh: ReadonlyMap<string, BuildSshAgent>;
  readonly outputs: readonly BuildOutputOption[];
  readonly call?: BuildCall;
  /** By registry. */
  readonly auths: ReadonlyMap<string, RegistryAuth>;
  /** Cancelled by this name. */
  readonly buildId: string;
  /** Resolves when the client has room for more of what was reported. */
  readonly room: () => Promise<void>;
}

export interface BuildPruneOptions {
  readonly all: boolean;
  /** Bytes; 0 where nothing was said. */
  readonly limits: {
    readonly reserved: number;
    readonly maxUsed: number;
    readonly minFree: number;
  };
  readonly filters: Filters;
}

export interface BuildBackend {
  imageBuild(options: ImageBuildOptions): Promise<void>;
  buildPrune(
    options: BuildPruneOptions,
  ): Promise<{ readonly CachesDeleted: readonly string[] | null; readonly SpaceReclaimed: number }>;
  /** Rejects `invalidParameter` without an ID; one that no build has is no error. */
  buildCancel(id: string): Promise<void>;
}
