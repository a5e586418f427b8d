/** A container as the API shows it. */
import type {
  ContainerInspect,
  ContainerState,
  ContainerStatus,
  MountPoint,
} from '../../api/container.ts';
import { containerPaths } from '../spec/paths.ts';
import { layerDirs } from '../spec/root-plan.ts';
import { initLayerDir } from '../spec/paths.ts';
import { logFileOptions } from '../log/log-options.ts';
import type { Daemon } from '../daemon.ts';
import { linksWire } from '../network/links.ts';
import { networkSettings } from '../network/network-wire.ts';
import { jsonTime } from '../timestamps.ts';
import type { Container } from './container.ts';
import { orderedConfig, orderedHostConfig } from './struct-order.ts';

export function inspectContainer(daemon: Daemon, container: Container): ContainerInspect {
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
    HostConfig: orderedHostConfig({ ...hostConfig, Links: linksWire(daemon, container) }),
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
    Config: orderedConfig(config),
    NetworkSettings: networkSettings(daemon, container),
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

/** Only the default driver has a path to show, and only once there is something in it. */
function logPath(container: Container): string {
  const { hostConfig, startedBefore } = container;
  if (!startedBefore || (hostConfig.LogConfig?.Type || 'json-file') !== 'json-file') return '';
  return logFileOptions(container)?.path ?? '';
}
