/** `POST /containers/create`: checks and completes a configuration. Nothing happens on the machine yet. */
import type {
  ContainerConfig,
  ContainerCreateRequest,
  ContainerCreateResponse,
  HostConfig,
} from '../api/container.ts';
import type { ImageRunConfig } from '../image/image-config.ts';
import type { StoredImage } from '../image/image-store.ts';
import { KindError } from '../lib/errors.ts';
import { Container } from './container/container.ts';
import { logContainerEvent, randomId, type Daemon } from './daemon.ts';
import { completeHostConfig } from './spec/host-config.ts';
import { mergeImageEnv } from './spec/environment.ts';
import { cleanPath } from './spec/mount-point.ts';
import { parseSignal } from './signals.ts';
import { createMountPoints } from './volume/create-mount-points.ts';

export async function containerCreate(
  daemon: Daemon,
  request: ContainerCreateRequest,
  options: { readonly name?: string; readonly platform?: string },
): Promise<ContainerCreateResponse> {
  const { HostConfig: requested, NetworkingConfig: _networking, ...userConfig } = request;
  checkConfig(userConfig);
  const { hostConfig, warnings } = completeHostConfig(requested ?? {});
  const image = await daemon.images.resolve(userConfig.Image ?? '');
  const id = randomId(daemon.random);
  const config = mergeConfig(userConfig, { image: image.config.config, id, hostConfig });
  const args = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  if (args.length === 0) throw new KindError('invalidParameter', 'no command specified');
  for (const mode of [hostConfig.NetworkMode, hostConfig.PidMode])
    if (mode?.startsWith('container:') === true)
      daemon.containers.find(mode.slice('container:'.length));
  const name = daemon.containers.reserve(id, options.name, daemon.random);
  try {
    const container = newContainer(daemon, { id, name, config, hostConfig, args, image });
    daemon.containers.add(container);
    logContainerEvent(daemon, container, { action: 'create' });
  } catch (error) {
    daemon.containers.release(name);
    throw error;
  }
  return { Id: id, Warnings: warnings };
}

function newContainer(
  daemon: Daemon,
  parts: {
    readonly id: string;
    readonly name: string;
    readonly config: ContainerConfig;
    readonly hostConfig: HostConfig;
    readonly args: readonly string[];
    readonly image: StoredImage;
  },
): Container {
  const { image, config, hostConfig } = parts;
  return new Container({
    ...parts,
    createdMs: daemon.clock.now(),
    imageId: image.id,
    diffIds: image.config.diffIds,
    mountPoints: createMountPoints(daemon, { config, hostConfig }),
    now: () => daemon.clock.now(),
    delay: (milliseconds, signal) => daemon.clock.delay(milliseconds, signal),
  });
}

function checkConfig(config: ContainerConfig): void {
  const invalid = (message: string) => new KindError('invalidParameter', message);
  const directory = config.WorkingDir ?? '';
  if (directory !== '' && !directory.startsWith('/')) {
    const message = `the working directory '${directory}' is invalid, it needs to be an absolute path`;
    throw invalid(message);
  }
  if (config.StopSignal) parseSignal(config.StopSignal);
  for (const variable of config.Env ?? [])
    if (variable === '' || variable.startsWith('='))
      throw invalid(`invalid environment variable: ${variable}`);
}

/** What the user left out, the image gives; a given entrypoint also does away with the image's command. */
function mergeConfig(
  user: ContainerConfig,
  options: {
    readonly image: ImageRunConfig;
    readonly id: string;
    readonly hostConfig: HostConfig;
  },
): ContainerConfig {
  const { image, id, hostConfig } = options;
  const entrypoint = mergeEntrypoint(user, image);
  const env = mergeImageEnv(user.Env ?? [], image.Env ?? []);
  const shared = hostConfig.NetworkMode === 'host' || hostConfig.UTSMode === 'host';
  const exposed = { ...user.ExposedPorts, ...emptyObjects(image.ExposedPorts) };
  const volumes = { ...user.Volumes, ...emptyObjects(image.Volumes) };
  const stopSignal = user.StopSignal || image.StopSignal;
  return {
    ...user,
    Hostname: user.Hostname || (shared ? 'bottleship' : id.slice(0, 12)),
    Domainname: user.Domainname ?? '',
    User: user.User || (image.User ?? ''),
    AttachStdin: user.AttachStdin ?? false,
    AttachStdout: user.AttachStdout ?? false,
    AttachStderr: user.AttachStderr ?? false,
    Tty: user.Tty ?? false,
    OpenStdin: user.OpenStdin ?? false,
    StdinOnce: user.StdinOnce ?? false,
    Env: env,
    ...entrypoint,
    ...(Object.keys(exposed).length === 0 ? {} : { ExposedPorts: exposed }),
    Volumes: Object.keys(volumes).length === 0 ? null : volumes,
    WorkingDir: workingDirectory(user, image),
    OnBuild: image.OnBuild ?? null,
    Labels: { ...image.Labels, ...user.Labels },
    ...(stopSignal === undefined ? {} : { StopSignal: stopSignal }),
  };
}

function workingDirectory(user: ContainerConfig, image: ImageRunConfig): string {
  const directory = user.WorkingDir || (image.WorkingDir ?? '');
  return directory === '' ? '' : cleanPath(directory);
}

function mergeEntrypoint(
  user: ContainerConfig,
  image: ImageRunConfig,
): Pick<ContainerConfig, 'Entrypoint' | 'Cmd'> {
  const given = user.Entrypoint ?? [];
  if (given.length > 0) {
    const cleared = given.length === 1 && given[0] === '';
    return { Entrypoint: cleared ? null : given, Cmd: user.Cmd ?? null };
  }
  const command = (user.Cmd ?? []).length > 0 ? user.Cmd : image.Cmd;
  return { Entrypoint: image.Entrypoint ?? null, Cmd: command ?? null };
}

function emptyObjects(
  set: Readonly<Record<string, object>> | undefined,
): Record<string, Record<string, never>> {
  return Object.fromEntries(Object.keys(set ?? {}).map((name) => [name, {}]));
}
