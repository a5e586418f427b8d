/** Writes the config of an image made here, in the form dockerd writes it: every field, in Go's order. */
import type { ContainerConfig } from '../api/container.ts';
import type { ImageConfig, ImageHistory } from './image-config.ts';

export type NewImageConfig = Omit<ImageConfig, 'config' | 'containerConfig' | 'created'> & {
  /** RFC 3339. */
  readonly created: string;
  readonly config: ContainerConfig;
  readonly containerConfig: ContainerConfig;
  /** Fields of ours. */
  readonly extra?: Readonly<Record<string, unknown>>;
};

export function encodeImageConfig(image: NewImageConfig): Uint8Array {
  const { platform } = image;
  const fields = {
    architecture: platform.architecture,
    author: image.author || undefined,
    comment: image.comment || undefined,
    config: goConfig(image.config),
    container: image.container,
    container_config: goConfig(image.containerConfig),
    created: image.created,
    docker_version: image.dockerVersion,
    history: image.history.map(historyFields),
    os: platform.os,
    'os.version': image.osVersion,
    rootfs: { type: 'layers', diff_ids: image.diffIds },
    variant: platform.variant,
    ...image.extra,
  };
  return new TextEncoder().encode(JSON.stringify(fields));
}

function historyFields(entry: ImageHistory): Record<string, unknown> {
  return {
    created: entry.created,
    created_by: entry.createdBy || undefined,
    author: entry.author || undefined,
    comment: entry.comment || undefined,
    empty_layer: entry.emptyLayer || undefined,
  };
}

/** Undefined fields are left out by JSON; the others are there even when they say nothing. */
function goConfig(config: ContainerConfig): Record<string, unknown> {
  return {
    Hostname: config.Hostname ?? '',
    Domainname: config.Domainname ?? '',
    User: config.User ?? '',
    AttachStdin: config.AttachStdin ?? false,
    AttachStdout: config.AttachStdout ?? false,
    AttachStderr: config.AttachStderr ?? false,
    ExposedPorts: unlessEmpty(config.ExposedPorts),
    Tty: config.Tty ?? false,
    OpenStdin: config.OpenStdin ?? false,
    StdinOnce: config.StdinOnce ?? false,
    Env: config.Env ?? null,
    Cmd: config.Cmd ?? null,
    Healthcheck: config.Healthcheck ?? undefined,
    ArgsEscaped: config.ArgsEscaped || undefined,
    Image: config.Image ?? '',
    Volumes: config.Volumes ?? null,
    WorkingDir: config.WorkingDir ?? '',
    Entrypoint: config.Entrypoint ?? null,
    NetworkDisabled: config.NetworkDisabled || undefined,
    MacAddress: config.MacAddress || undefined,
    OnBuild: config.OnBuild ?? null,
    Labels: config.Labels ?? null,
    StopSignal: config.StopSignal || undefined,
    StopTimeout: config.StopTimeout ?? undefined,
    Shell: (config.Shell ?? []).length === 0 ? undefined : config.Shell,
  };
}

function unlessEmpty(set: object | null | undefined): object | undefined {
  return set === null || set === undefined || Object.keys(set).length === 0 ? undefined : set;
}
