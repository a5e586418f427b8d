/** A container as the API shows it. */
import type {
  ContainerInspect,
  ContainerState,
  ContainerStatus,
  MountPoint,
} from '../../api/container.ts';
import type { EndpointSettings, NetworkSettings, Port } from '../../api/network.ts';
import { containerPaths } from '../spec/paths.ts';
import { layerDirs } from '../spec/root-plan.ts';
import { initLayerDir } from '../spec/paths.ts';
import { logFileOptions } from '../log/log-options.ts';
import { jsonTime } from '../timestamps.ts';
import type { Container } from './container.ts';

export function inspectContainer(container: Container): ContainerInspect {
  const { id, config, hostConfig, args, diffIds } = container;
  const paths = containerPaths(id);
  return {
    Id: id,
    Created: jsonTime(container.createdMs),
    Path: args[0] ?? '',
    Args: args.slice(1),
    State: stateWire(container),
    Image: container.imageId,
    ResolvConfPath: container.startedBefore ? paths.resolvConf : '',
    HostnamePath: container.startedBefore ? paths.hostname : '',
    HostsPath: container.startedBefore ? paths.hosts : '',
    LogPath: logPath(container),
    Name: `/${container.name}`,
    RestartCount: container.restartCount,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: container.execIds.size === 0 ? null : [...container.execIds],
    HostConfig: hostConfig,
    GraphDriver: {
      Data: {
        ID: id,
        LowerDir: [...layerDirs(diffIds), initLayerDir].join(':'),
        MergedDir: paths.merged,
        UpperDir: paths.upper,
        WorkDir: paths.work,
      },
      Name: 'overlay2',
    },
    Mounts: containerMounts(container),
    Config: config,
    NetworkSettings: networkSettings(container),
  };
}

/** A container on its way out is shown as such once nothing of it runs. */
export function shownStatus({ state, removing, isRunning }: Container): ContainerStatus {
  return removing && !isRunning ? 'removing' : state.status;
}

function stateWire(container: Container): ContainerState {
  const { state, health } = container;
  const { status } = state;
  return {
    Status: shownStatus(container),
    Running: status === 'running' || status === 'paused' || status === 'restarting',
    Paused: status === 'paused',
    Restarting: status === 'restarting',
    OOMKilled: state.oomKilled,
    Dead: status === 'dead',
    Pid: state.pid,
    ExitCode: state.exitCode,
    Error: state.error,
    StartedAt: jsonTime(state.startedMs),
    FinishedAt: jsonTime(state.finishedMs),
    ...(health === undefined ? {} : { Health: health.wire() }),
  };
}

/** `--tmpfs` is not among them, as in Docker; a tmpfs of `--mount` is. */
export function containerMounts({ mountPoints }: Container): MountPoint[] {
  return mountPoints
    .filter(({ listed }) => listed)
    .map((point) => ({
      Type: point.type,
      ...(point.type === 'volume' ? { Name: point.name } : {}),
      Source: point.source,
      Destination: point.destination,
      ...(point.type === 'volume' ? { Driver: 'local' } : {}),
      Mode: point.mode,
      RW: point.readWrite,
      Propagation: point.propagation,
    }));
}

export function containerNetworks({
  config,
  hostConfig,
}: Container): Readonly<Record<string, EndpointSettings>> {
  const mode = hostConfig.NetworkMode ?? '';
  if (mode.startsWith('container:') || config.NetworkDisabled === true) return {};
  const endpoint: EndpointSettings = {
    IPAMConfig: null,
    Links: null,
    Aliases: null,
    MacAddress: '',
    DriverOpts: null,
    GwPriority: 0,
    NetworkID: '',
    EndpointID: '',
    Gateway: '',
    IPAddress: '',
    IPPrefixLen: 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    DNSNames: null,
  };
  return { [mode === '' ? 'bridge' : mode]: endpoint };
}

function networkSettings(container: Container): NetworkSettings {
  return {
    Bridge: '',
    SandboxID: '',
    SandboxKey: '',
    Ports: {},
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: '',
    Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    IPAddress: '',
    IPPrefixLen: 0,
    IPv6Gateway: '',
    MacAddress: '',
    Networks: containerNetworks(container),
  };
}

/** What a running container listens on, by its configuration. The machine's own network has no ports to map. */
export function containerPorts({ config, hostConfig, isRunning }: Container): Port[] {
  const network = hostConfig.NetworkMode ?? '';
  if (!isRunning || ['none', 'host'].includes(network) || network.startsWith('container:'))
    return [];
  return Object.keys(config.ExposedPorts ?? {}).map((text) => {
    const [port = '', protocol = 'tcp'] = text.split('/');
    return {
      PrivatePort: Number(port),
      Type: protocol === 'udp' || protocol === 'sctp' ? protocol : 'tcp',
    };
  });
}

/** Only the default driver has a path to show, and only once there is something in it. */
function logPath({ id, config, hostConfig, startedBefore }: Container): string {
  if (!startedBefore || (hostConfig.LogConfig?.Type || 'json-file') !== 'json-file') return '';
  return logFileOptions(id, { config, hostConfig })?.path ?? '';
}
