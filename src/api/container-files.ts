/** Wire types of a container's file system, Engine API v1.51. */

/** One entry of `GET /containers/{id}/changes`. */
export interface FilesystemChange {
  readonly Path: string;
  /** 0 changed, 1 added, 2 deleted. */
  readonly Kind: 0 | 1 | 2;
}

/** The `X-Docker-Container-Path-Stat` header, base64 of this as JSON. */
export interface ContainerPathStat {
  readonly name: string;
  readonly size: number;
  /** As Go's os.FileMode has it: type bits from 2^31 down, permissions in the lowest nine. */
  readonly mode: number;
  readonly mtime: string;
  readonly linkTarget: string;
}
