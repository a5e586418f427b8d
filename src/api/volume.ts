/** Wire types of volumes, Engine API v1.51. */

export interface Volume {
  readonly Name: string;
  readonly Driver: string;
  readonly Mountpoint: string;
  readonly CreatedAt: string;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly Scope: 'local' | 'global';
  readonly Options: Readonly<Record<string, string>> | null;
}

export interface VolumeCreateRequest {
  readonly Name?: string;
  readonly Driver?: string;
  readonly DriverOpts?: Readonly<Record<string, string>> | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

export interface VolumeListResponse {
  readonly Volumes: readonly Volume[];
  readonly Warnings: readonly string[] | null;
}

export interface VolumesPruneResponse {
  readonly VolumesDeleted: readonly string[] | null;
  readonly SpaceReclaimed: number;
}
