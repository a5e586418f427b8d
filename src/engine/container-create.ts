/** `POST /containers/create`: checks and completes a configuration. On the machine only its volumes are made. */
import type {
  ContainerConfig,
  ContainerCreateRequest,
  ContainerCreateResponse,
  HostConfig,
} from '../api/container.ts';
import type { EndpointSettings } from '../api/network.ts';
import type { StoredImage } from '../image/image-store.ts';
import { formatPlatform, machinePlatform, parsePlatform, samePlatform } from '../image/platform.ts';
import { errorKind, errorMessage, KindError } from '../lib/errors.ts';
import { Container } from './container/container.ts';
import { openLogFile } from './log/log-file.ts';
import { logContainerEvent, randomId, type Daemon } from './daemon.ts';
import { checkContainerConfig } from './spec/check-container-config.ts';
import { checkLogConfig } from './spec/check-log-config.ts';
import { checkNetworkingConfig } from './spec/check-networking-config.ts';
import type { ContainerCreateOptions } from './server/backend/container-backend.ts';
import { completeHostConfig } from './spec/host-config.ts';
import { mergeConfig } from './spec/merge-config.ts';
import { containerOfMode } from './spec/namespace-mode.ts';
import { parseSecurityOptions } from './spec/security-options.ts';
import { wantedNetworks } from './network/wanted-networks.ts';
import { machineName } from './system-info.ts';
import { checkUserNamespace } from './spec/user-namespace.ts';
import { createMountPoints } from './volume/create-mount-points.ts';
import { fillVolumes } from './volume/fill-volumes.ts';

export async function containerCreate(
  daemon: Daemon,
  request: ContainerCreateRequest,
  options: ContainerCreateOptions,
): Promise<ContainerCreateResponse> {
  const { HostConfig: requested, NetworkingConfig: networking, ...given } = request;
  const userConfig = checkContainerConfig(given);
  const completed = completeHostConfig(requested ?? {}, { container: userConfig });
  const warnings = [...completed.warnings];
  checkUserNamespace(daemon.ids, completed.hostConfig);
  const isEmpty = !userConfig.Image && !userConfig.Cmd?.length && !userConfig.Entrypoint?.length;
  if (isEmpty) throw new KindError('invalidParameter', 'no command specified');
  const image = await findImage(daemon, userConfig.Image ?? '', options);
  warnings.push(...platformWarnings(image, options.platform));
  checkNetworkingConfig(networking ?? {});
  const id = randomId(daemon.random);
  const hostConfig = {
    ...withContainerIds(daemon, completed.hostConfig),
    LogConfig: checkLogConfig(requested?.LogConfig),
  };
  const hostname = hostConfig.NetworkMode === 'host' ? machineName : id.slice(0, 12);
  const config = mergeConfig(userConfig, image.config.config, { hostname });
  await checkBindSources(daemon, hostConfig);
  const args = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  if (args.length === 0) throw new KindError('invalidParameter', 'no command specified');
  const name = daemon.containers.reserve(id, options.name, daemon.random);
  try {
    parseSecurityOptions(hostConfig);
    checkStorageOptions(hostConfig);
    checkLinks(daemon, hostConfig);
    const networks = wantedNetworks(daemon.networks, {
      hostConfig,
      networking: networking ?? {},
      networkDisabled: config.NetworkDisabled === true,
    });
    const container = newContainer(daemon, {
      id,
      name,
      config,
      hostConfig,
      args,
      image,
      networks,
      options,
    });
    await fillVolumes(daemon, container);
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
    readonly networks: Readonly<Record<string, EndpointSettings>>;
    readonly options: ContainerCreateOptions;
  },
): Container {
  const { image, config, hostConfig, options } = parts;
  const readOnlyNonRecursive = options.readOnlyNonRecursive === true;
  const createdMs = daemon.clock.now();
  const imageId = image.id;
  return new Container({
    ...parts,
    createdMs,
    imageId,
    diffIds: image.config.diffIds,
    mountPoints: createMountPoints(daemon, { config, hostConfig, readOnlyNonRecursive }),
    logFile: openLogFile(daemon, { ...parts, createdMs, imageId }),
    now: () => daemon.clock.now(),
    delay: (milliseconds, signal) => daemon.clock.delay(milliseconds, signal),
  });
}

async function findImage(
  daemon: Daemon,
  name: string,
  { platform }: { readonly platform?: string },
): Promise<StoredImage> {
  const wanted = platform === undefined ? undefined : parsePlatform(platform);
  const image = await daemon.images.resolve(name);
  if (wanted === undefined || samePlatform(image.config.platform, wanted)) return image;
  const has = formatPlatform(image.config.platform);
  const message = `image with reference ${name} was found but its platform (${has}) does not match the specified platform (${formatPlatform(wanted)})`;
  throw new KindError('notFound', message);
}

/** An image for another processor is taken, as dockerd does; its programs will not run. */
function platformWarnings({ config }: StoredImage, platform: string | undefined): string[] {
  if (platform !== undefined || samePlatform(config.platform, machinePlatform)) return [];
  const [has, wanted] = [formatPlatform(config.platform), formatPlatform(machinePlatform)];
  return [
    `The requested image's platform (${has}) does not match the detected host platform (${wanted}) and no specific platform was requested`,
  ];
}

/** Names become IDs, so that the other container may be renamed; one that is not there is left for the start. */
function withContainerIds(daemon: Daemon, hostConfig: HostConfig): HostConfig {
  const withId = (mode: string | undefined): string => {
    const name = containerOfMode(mode);
    if (name === undefined || mode === undefined) return mode ?? '';
    try {
      return `container:${daemon.containers.find(name).id}`;
    } catch {
      return mode;
    }
  };
  const { IpcMode, PidMode, NetworkMode } = hostConfig;
  const found = {
    ...hostConfig,
    IpcMode: withId(IpcMode),
    PidMode: withId(PidMode),
    NetworkMode: withId(NetworkMode),
  };
  // These two have to be there now: dockerd takes its SELinux labels from them.
  if (hostConfig.Privileged !== true)
    for (const mode of [found.IpcMode, found.PidMode]) findDonor(daemon, containerOfMode(mode));
  return found;
}

function findDonor(daemon: Daemon, name: string | undefined): void {
  if (!name) return;
  try {
    daemon.containers.find(name);
  } catch (error) {
    throw new KindError('invalidParameter', errorMessage(error), { cause: error });
  }
}

/** What `--mount` binds has to be there, or to be asked for; `-v` makes it. */
async function checkBindSources(daemon: Daemon, { Mounts: mounts }: HostConfig): Promise<void> {
  for (const { Type: type, Source: source = '', BindOptions: options } of mounts ?? []) {
    const isChecked = type === 'bind' && source.startsWith('/');
    if (!isChecked || options?.CreateMountpoint === true) continue;
    try {
      await daemon.guest.stat(source);
    } catch (cause) {
      if (errorKind(cause) !== 'notFound') throw cause;
      const detail = `bind source path does not exist: ${source}`;
      const message = `invalid mount config for type "bind": ${detail}`;
      throw new KindError('invalidParameter', message, { cause });
    }
  }
}

/** overlay2 can only limit a container's size on a file system with project quotas; there is none here. */
function checkStorageOptions({ StorageOpt: options }: HostConfig): void {
  for (const name of Object.keys(options ?? {})) {
    if (name.toLowerCase() !== 'size') throw new KindError('system', `Unknown option ${name}`);
    const message =
      "--storage-opt is supported only for overlay over xfs with 'pquota' mount option";
    throw new KindError('system', message);
  }
}

/** Legacy links only work on the default bridge; the other container must be there. */
function checkLinks(daemon: Daemon, { Links, NetworkMode = '' }: HostConfig): void {
  if (!['bridge', 'none', 'host'].includes(NetworkMode)) return;
  for (const link of Links ?? []) {
    if (link === '') throw new KindError('system', 'empty string specified for links');
    const parts = link.split(':');
    if (parts.length > 2) throw new KindError('system', `bad format for links: ${link}`);
    const name = (parts[0] ?? '').replace(/^\//, '');
    let child: Container;
    try {
      child = daemon.containers.find(name);
    } catch (error) {
      const kind = errorKind(error) === 'notFound' ? 'invalidParameter' : errorKind(error);
      const message = `could not get container for ${name}: ${errorMessage(error)}`;
      throw new KindError(kind, message, { cause: error });
    }
    if (child.hostConfig.NetworkMode === 'host') {
      const message =
        "conflicting options: host type networking can't be used with links. This would result in undefined behavior";
      throw new KindError('invalidParameter', message);
    }
  }
}
