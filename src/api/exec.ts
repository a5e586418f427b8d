/** Wire types of exec instances, Engine API v1.51. */

/** Body of `POST /containers/{id}/exec`. */
export interface ExecCreateRequest {
  readonly AttachStdin?: boolean;
  readonly AttachStdout?: boolean;
  readonly AttachStderr?: boolean;
  /** Height, width. */
  readonly ConsoleSize?: readonly [number, number] | null;
  readonly DetachKeys?: string;
  /** Sent by the client, and without a meaning. */
  readonly Detach?: boolean;
  readonly Tty?: boolean;
  readonly Env?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly Privileged?: boolean;
  readonly User?: string;
  readonly WorkingDir?: string;
}

export interface ExecCreateResponse {
  readonly Id: string;
}

/** Body of `POST /exec/{id}/start`. */
export interface ExecStartRequest {
  readonly Detach?: boolean;
  readonly Tty?: boolean;
  /** Height, width. */
  readonly ConsoleSize?: readonly [number, number] | null;
}

/** Answer of `GET /exec/{id}/json`. */
export interface ExecInspect {
  readonly ID: string;
  readonly Running: boolean;
  readonly ExitCode: number | null;
  readonly ProcessConfig: {
    readonly tty: boolean;
    readonly entrypoint: string;
    readonly arguments: readonly string[];
    readonly privileged: boolean;
    readonly user?: string;
  };
  readonly OpenStdin: boolean;
  readonly OpenStderr: boolean;
  readonly OpenStdout: boolean;
  readonly CanRemove: boolean;
  readonly ContainerID: string;
  /** Bytes in base64. */
  readonly DetachKeys: string;
  readonly Pid: number;
}
