/**
 * What a request for a container means in an older version of the API, as dockerd's router has it: fields
 * that the version does not know are taken out, defaults that have changed since are put in.
 */
import type { ContainerCreateRequest, HostConfig, Mount } from '../../api/container.ts';
import type { EndpointSettings, NetworkingConfig } from '../../api/network.ts';
import { KindError } from '../../lib/errors.ts';

export type VersionAtLeast = (version: string) => boolean;

export interface AdaptedCreate {
  readonly request: ContainerCreateRequest;
  readonly warnings: readonly string[];
}

/** `atLeast` tells about the version that the client speaks. */
export function adaptContainerCreate(
  request: ContainerCreateRequest,
  atLeast: VersionAtLeast,
): AdaptedCreate {
  const warnings: string[] = [];
  const hostConfig = withoutNewerFields(request.HostConfig ?? {}, atLeast);
  const mounts = hostConfig.Mounts?.map((mount) => adaptMount(mount, atLeast));
  checkEndpointCount(request, atLeast);
  const { mode, networking } = defaultNetwork(hostConfig, request.NetworkingConfig ?? {});
  if (atLeast('1.48')) warnings.push(...volumeDriverWarnings(hostConfig));
  const mac = adaptMacAddress(request, { mode, networking, atLeast });
  warnings.push(...mac.warnings);
  checkInterfaceSysctls(hostConfig);
  const { MacAddress: _mac, Healthcheck: health, ...rest } = request;
  const { StartInterval: _interval, ...olderHealth } = health ?? {};
  return {
    request: {
      ...rest,
      ...(health ? { Healthcheck: atLeast('1.44') ? health : olderHealth } : {}),
      HostConfig: {
        ...hostConfig,
        NetworkMode: mode,
        ...(mounts === undefined ? {} : { Mounts: mounts }),
      },
      NetworkingConfig: mac.networking,
    },
    warnings,
  };
}

function withoutNewerFields(config: HostConfig, atLeast: VersionAtLeast): HostConfig {
  const adapted: { -readonly [Key in keyof HostConfig]: HostConfig[Key] } = { ...config };
  if (!atLeast('1.25')) delete adapted.AutoRemove;
  if (!atLeast('1.40')) {
    delete adapted.KernelMemoryTCP;
    adapted.IpcMode = config.IpcMode || 'shareable';
  }
  if (!atLeast('1.42')) delete adapted.ConsoleSize;
  else delete adapted.KernelMemory;
  if (!atLeast('1.43')) delete adapted.Annotations;
  return adapted;
}

const optionsOfType = [
  ['VolumeOptions', 'volume'],
  ['BindOptions', 'bind'],
  ['TmpfsOptions', 'tmpfs'],
] as const;

function adaptMount(mount: Mount, atLeast: VersionAtLeast): Mount {
  const adapted: { -readonly [Key in keyof Mount]: Mount[Key] } = { ...mount };
  const bind = mount.BindOptions;
  if (bind) {
    const { NonRecursive, CreateMountpoint, ...others } = bind;
    adapted.BindOptions = {
      ...others,
      ...(NonRecursive !== undefined && atLeast('1.40') ? { NonRecursive } : {}),
      ...(CreateMountpoint !== undefined && atLeast('1.42') ? { CreateMountpoint } : {}),
    };
  }
  if (!atLeast('1.44') && mount.Type === 'bind' && mount.ReadOnly === true)
    adapted.BindOptions = { ...adapted.BindOptions, ReadOnlyNonRecursive: true };
  for (const [options, type] of optionsOfType) {
    if (!mount[options] || mount.Type === type) continue;
    if (atLeast('1.42'))
      throw invalid(
        `${options} must not be specified on mount type ${JSON.stringify(mount.Type ?? '')}`,
      );
    if (options !== 'BindOptions') delete adapted[options];
  }
  if (!atLeast('1.44') && mount.Type === 'bind' && bind?.ReadOnlyForceRecursive === true)
    throw invalid('BindOptions.ReadOnlyForceRecursive needs API v1.44 or newer');
  if (!atLeast('1.45') && mount.VolumeOptions?.Subpath)
    throw invalid('VolumeOptions.Subpath needs API v1.45 or newer');
  if (!atLeast('1.48') && mount.Type === 'image')
    throw invalid('Mount type "Image" needs API v1.48 or newer');
  return adapted;
}

function checkEndpointCount(request: ContainerCreateRequest, atLeast: VersionAtLeast): void {
  const names = Object.keys(request.NetworkingConfig?.EndpointsConfig ?? {});
  if (names.length <= 1 || atLeast('1.44')) return;
  const message = `Container cannot be created with multiple network endpoints: ${names.join(', ')}`;
  throw invalid(message);
}

/** `default` is how a client asks for the platform's usual network. */
function defaultNetwork(
  { NetworkMode: mode = '' }: HostConfig,
  networking: NetworkingConfig,
): { readonly mode: string; readonly networking: NetworkingConfig } {
  if (mode !== '' && mode !== 'default') return { mode, networking };
  const { default: endpoint, ...others } = networking.EndpointsConfig ?? {};
  return {
    mode: 'bridge',
    networking: {
      EndpointsConfig: { ...others, ...(endpoint === undefined ? {} : { bridge: endpoint }) },
    },
  };
}

function volumeDriverWarnings({ VolumeDriver, Mounts }: HostConfig): string[] {
  const ambiguous = (Mounts ?? []).some(
    ({ Type = 'volume', VolumeOptions }) => Type === 'volume' && !VolumeOptions?.DriverConfig?.Name,
  );
  return VolumeDriver && ambiguous
    ? [
        "WARNING: the container-wide volume-driver configuration is ignored for volumes specified via 'mount'. Use '--mount type=volume,volume-driver=...' instead",
      ]
    : [];
}

/** Since 1.44 a MAC address belongs to an endpoint; the container's own moves to its main network. */
function adaptMacAddress(
  { MacAddress: address = '' }: ContainerCreateRequest,
  options: {
    readonly mode: string;
    readonly networking: NetworkingConfig;
    readonly atLeast: VersionAtLeast;
  },
): { readonly networking: NetworkingConfig; readonly warnings: readonly string[] } {
  const { mode, networking, atLeast } = options;
  const endpoints = networking.EndpointsConfig ?? {};
  const ownNetwork = mode !== 'host' && mode !== 'none' && !mode.startsWith('container:');
  if (address === '')
    return { networking: atLeast('1.44') ? networking : withoutMacs(endpoints), warnings: [] };
  if (!ownNetwork && !atLeast('1.44'))
    throw invalid('conflicting options: mac-address and the network mode');
  const warnings = atLeast('1.44')
    ? [
        'The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead.',
      ]
    : [];
  if (!ownNetwork) return { networking, warnings };
  const endpoint = endpoints[mode] ?? {};
  if (atLeast('1.44') && endpoint.MacAddress && endpoint.MacAddress !== address) {
    const message =
      'the container-wide MAC address must match the endpoint-specific MAC address for the main network, or be left empty';
    throw invalid(message);
  }
  return {
    networking: { EndpointsConfig: { ...endpoints, [mode]: { ...endpoint, MacAddress: address } } },
    warnings,
  };
}

function withoutMacs(
  endpoints: Readonly<Record<string, EndpointSettings | null>>,
): NetworkingConfig {
  const entries = Object.entries(endpoints).map(([name, settings]) => {
    const { MacAddress: _address, ...rest } = settings ?? {};
    return [name, settings === null ? null : rest] as const;
  });
  return { EndpointsConfig: Object.fromEntries(entries) };
}

/** Settings of one interface belong to its endpoint, and that to a network of its own. */
function checkInterfaceSysctls({ Sysctls, NetworkMode: mode = '' }: HostConfig): void {
  if (mode === 'host' || mode.startsWith('container:')) return;
  const name = Object.keys(Sysctls ?? {}).find((key) => /^net\.[^.]*\.[^.]*\.eth[^.]*\./.test(key));
  if (name === undefined) return;
  const option = 'com.docker.network.endpoint.sysctls';
  const message = `interface specific sysctl setting ${JSON.stringify(name)} must be supplied using driver option '${option}'`;
  throw new KindError('system', message);
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
