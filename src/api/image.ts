/** Wire types of images, Engine API v1.51. */
import type { DriverData, HealthConfig } from './container.ts';

/** What an image says about the containers made from it. */
export interface ImageConfig {
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, Readonly<Record<string, never>>>> | null;
  readonly Env?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly Healthcheck?: HealthConfig | null;
  readonly ArgsEscaped?: boolean;
  readonly Volumes?: Readonly<Record<string, Readonly<Record<string, never>>>> | null;
  readonly WorkingDir?: string;
  readonly Entrypoint?: readonly string[] | null;
  readonly OnBuild?: readonly string[] | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly StopSignal?: string;
  readonly Shell?: readonly string[] | null;
}

/** Answer of `GET /images/{name}/json`. */
export interface ImageInspect {
  /** `sha256:` and the digest of the image config. */
  readonly Id: string;
  readonly RepoTags: readonly string[];
  readonly RepoDigests: readonly string[];
  readonly Parent: string;
  readonly Comment: string;
  readonly Created?: string;
  /** Before API 1.45, as is `ContainerConfig`. */
  readonly Container?: string;
  readonly ContainerConfig?: Readonly<Record<string, unknown>>;
  readonly DockerVersion: string;
  readonly Author: string;
  readonly Config: ImageConfig;
  readonly Architecture: string;
  readonly Variant?: string;
  readonly Os: string;
  readonly OsVersion?: string;
  readonly Size: number;
  /** Before API 1.44. */
  readonly VirtualSize?: number;
  readonly GraphDriver: DriverData;
  readonly RootFS: { readonly Type: string; readonly Layers?: readonly string[] };
  readonly Metadata: { readonly LastTagTime: string };
}

/** One entry of `GET /images/json`. */
export interface ImageSummary {
  readonly Id: string;
  readonly ParentId: string;
  readonly RepoTags: readonly string[];
  readonly RepoDigests: readonly string[];
  /** Seconds since 1970. */
  readonly Created: number;
  readonly Size: number;
  /** Before API 1.44. */
  readonly VirtualSize?: number;
  /** -1 when not computed. */
  readonly SharedSize: number;
  readonly Labels: Readonly<Record<string, string>> | null;
  /** -1 when not computed. */
  readonly Containers: number;
}

/** One entry of `GET /images/{name}/history`, newest first. */
export interface ImageHistoryItem {
  /** Image ID, or `<missing>` for the layers of a pulled image. */
  readonly Id: string;
  readonly Created: number;
  readonly CreatedBy: string;
  readonly Tags: readonly string[] | null;
  readonly Size: number;
  readonly Comment: string;
}

/** One entry of the answer of `DELETE /images/{name}`. */
export type ImageDeleteItem = { readonly Untagged: string } | { readonly Deleted: string };

/** One line of a progress stream. */
export interface JsonMessage {
  /** Text to be printed as it is; the other fields are absent then. */
  readonly stream?: string;
  /** What a program wants to know of a push: tag, digest and size. */
  readonly aux?: Readonly<Record<string, unknown>>;
  /** Short layer ID, or the tag. */
  readonly id?: string;
  readonly status?: string;
  /** Rendered bar, as dockerd sends it for clients that do not draw their own. */
  readonly progress?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
  readonly errorDetail?: { readonly code?: number; readonly message: string };
}

/** Answer of `POST /images/prune`. */
export interface ImagesPruneResponse {
  readonly ImagesDeleted: readonly ImageDeleteItem[] | null;
  readonly SpaceReclaimed: number;
}

/** One entry of `GET /images/search`. */
export interface ImageSearchResult {
  readonly star_count: number;
  readonly is_official: boolean;
  readonly name: string;
  readonly is_automated: boolean;
  readonly description: string;
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface OciPlatform {
  readonly architecture: string;
  readonly os: string;
  readonly 'os.version'?: string;
  readonly variant?: string;
}

/** Answer of `GET /distribution/{name}/json`. */
export interface DistributionInspect {
  readonly Descriptor: Descriptor;
  readonly Platforms: readonly OciPlatform[] | null;
}
