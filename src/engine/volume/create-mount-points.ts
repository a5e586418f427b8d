/** All mount points of a container to be: its own, those of `--volumes-from`, those its image declares. */
import type { ContainerConfig, HostConfig } from '../../api/container.ts';
import { errorMessage, KindError } from '../../lib/errors.ts';
import type { Container } from '../container/container.ts';
import { randomId, type Daemon } from '../daemon.ts';
import {
  checkVolumeDriver,
  cleanPath,
  isMountMode,
  parseBind,
  parseMount,
  tmpfsMount,
  type MountPoint,
} from '../spec/mount-point.ts';
import { checkDriverOptions } from './driver-options.ts';
import { logVolumeEvent } from './volume-events.ts';
import { volumeMountpoint } from './volume-table.ts';

/** Volumes that do not exist yet are registered; their directories are still to be made. */
export function createMountPoints(
  daemon: Daemon,
  options: {
    readonly config: ContainerConfig;
    readonly hostConfig: HostConfig;
    readonly readOnlyNonRecursive: boolean;
  },
): MountPoint[] {
  const { config, hostConfig, readOnlyNonRecursive } = options;
  // `--mount` has a driver of its own.
  const parse = (text: string): MountPoint => {
    const point = parseBind(text);
    if (point.type === 'volume') checkVolumeDriver(hostConfig.VolumeDriver ?? '', point.name);
    return point;
  };
  const points = new Map<string, MountPoint>();
  for (const point of volumesFrom(daemon, hostConfig)) points.set(point.destination, point);
  const own = [
    ...(hostConfig.Binds ?? []).map((text) => ({ ...parse(text), readOnlyNonRecursive })),
    ...(hostConfig.Mounts ?? []).map(parseMount),
    ...Object.entries(hostConfig.Tmpfs ?? {}).map(([path, words]) => tmpfsMount(path, words)),
  ];
  const taken = new Set<string>();
  for (const point of own) {
    if (taken.has(point.destination)) {
      const message = `Duplicate mount point: ${point.destination}`;
      throw new KindError('invalidParameter', message);
    }
    taken.add(point.destination);
    points.set(point.destination, point);
  }
  for (const path of Object.keys(config.Volumes ?? {})) {
    const destination = cleanPath(path);
    if (!points.has(destination)) points.set(destination, { ...parse(destination), mode: '' });
  }
  return [...points.values()].map((point) => withVolume(daemon, point, hostConfig));
}

function withVolume(
  daemon: Daemon,
  point: MountPoint,
  { AutoRemove: transient = false }: HostConfig,
): MountPoint {
  if (point.type !== 'volume') return point;
  const anonymous = point.name === '';
  const name = anonymous ? randomId(daemon.random) : point.name;
  const isNew = daemon.volumes.get(name) === undefined;
  const labels = anonymous ? { 'com.docker.volume.anonymous': '' } : point.labels;
  const createdMs = daemon.clock.now();
  const options = point.driverOptions ?? null;
  if (isNew) checkDriverOptions(name, options ?? {});
  daemon.volumes.ensure({
    name,
    createdMs,
    labels,
    options,
    anonymous,
    transient: transient && anonymous,
  });
  if (isNew) logVolumeEvent(daemon, name, { action: 'create', attributes: { driver: 'local' } });
  return { ...point, name, source: volumeMountpoint(name) };
}

/** `name` or `name:mode`, where a mode says nothing of propagation or copying. */
function volumesFrom(daemon: Daemon, hostConfig: HostConfig): MountPoint[] {
  return (hostConfig.VolumesFrom ?? []).flatMap((text) => {
    const [name = '', ...rest] = text.split(':');
    const mode = rest.join(':') || 'rw';
    const isKnown =
      isMountMode(mode) && mode.split(',').every((word) => /^(r[ow]|z|Z)$/.test(word));
    if (!isKnown) throw new KindError('invalidParameter', `invalid mode: ${mode}`);
    const readOnly = mode.split(',').includes('ro');
    return donor(daemon, name).mountPoints.map((point) => ({
      ...point,
      mode: '',
      copy: false,
      readWrite: point.readWrite && !readOnly,
    }));
  });
}

/** One that is not there is the client's mistake here. */
function donor(daemon: Daemon, name: string): Container {
  try {
    return daemon.containers.find(name);
  } catch (error) {
    throw new KindError('invalidParameter', errorMessage(error), { cause: error });
  }
}
