/** The mounts of a container in order: the virtual file systems, the three files of /etc, the user's. */
import type { HostConfig } from '../../api/container.ts';
import type { SpecInput } from './compile-spec.ts';
import type { MountPoint } from './mount-point.ts';
import { containerPaths } from './paths.ts';
import type { SpecMount } from './runtime-spec.ts';

export const shmSizeBytesDefault = 67_108_864;

export function specMounts(input: SpecInput): SpecMount[] {
  const paths = containerPaths(input.id);
  const files: SpecMount[] = [
    fileMount('/etc/resolv.conf', paths.resolvConf, 'Give the container its own name servers'),
    fileMount('/etc/hostname', paths.hostname, 'Give the container its own name in files too'),
    fileMount('/etc/hosts', paths.hosts, 'Give the container its own table of hosts'),
  ];
  const users = input.mountPoints.map((point) => userMount(point, input.fileMounts));
  const taken = new Set(users.map((mount) => mount.destination));
  const defaults = defaultMounts(input.hostConfig).filter(
    ({ destination }) =>
      !taken.has(destination) && !(taken.has('/dev') && destination.startsWith('/dev/')),
  );
  const own = [...files.filter(({ destination }) => !taken.has(destination)), ...users].sort(
    (a, b) => depth(a.destination) - depth(b.destination),
  );
  return [...defaults, ...own];
}

function defaultMounts(config: HostConfig): SpecMount[] {
  const access = config.Privileged === true ? [] : ['ro'];
  const restricted = ['nosuid', 'noexec', 'nodev'];
  const mounts: SpecMount[] = [
    virtual('/proc', 'proc', restricted, 'Show the processes of the new pid namespace'),
    virtual(
      '/dev',
      'tmpfs',
      ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
      'Start with an empty /dev rather than the machine’s devices',
    ),
    {
      ...virtual(
        '/dev/pts',
        'devpts',
        ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
        'Give the container terminals of its own',
      ),
      target: 'dir',
    },
    virtual('/sys', 'sysfs', [...restricted, ...access], 'Show the kernel’s objects, read-only'),
    {
      ...virtual('/sys/fs/cgroup', 'cgroup2', [...restricted, ...access], 'Show its own cgroup'),
      source: 'cgroup',
    },
    {
      ...virtual('/dev/mqueue', 'mqueue', restricted, 'Give the container its own message queues'),
      target: 'dir',
    },
  ];
  return config.IpcMode === 'none' ? mounts : [...mounts, shmMount(config)];
}

function shmMount(config: HostConfig): SpecMount {
  const destination = '/dev/shm';
  if (config.IpcMode === 'host') {
    const cause = 'Share memory with the machine, as asked';
    return {
      destination,
      type: 'bind',
      source: destination,
      options: ['rbind'],
      target: 'dir',
      cause,
    };
  }
  const options = [
    'nosuid',
    'noexec',
    'nodev',
    'mode=1777',
    `size=${config.ShmSize || shmSizeBytesDefault}`,
  ];
  const cause = 'Give the container shared memory of its own';
  return { ...virtual(destination, 'tmpfs', options, cause), source: 'shm', target: 'dir' };
}

function virtual(
  destination: string,
  type: string,
  options: readonly string[],
  cause: string,
): SpecMount {
  return { destination, type, source: type, options, target: 'exists', cause };
}

function fileMount(destination: string, source: string, cause: string): SpecMount {
  return { destination, source, type: 'bind', options: ['rbind'], target: 'exists', cause };
}

function userMount(point: MountPoint, fileMounts: ReadonlySet<string>): SpecMount {
  const { destination, source } = point;
  if (point.type === 'tmpfs') {
    const options = ['noexec', 'nosuid', 'nodev', ...point.options.split(',')];
    const cause = 'Put a file system in memory here, as asked';
    return { destination, source: 'tmpfs', type: 'tmpfs', options, target: 'dir', cause };
  }
  return {
    destination,
    source,
    type: 'bind',
    options: ['rbind', ...(point.readWrite ? [] : ['ro']), point.propagation],
    target: fileMounts.has(destination) ? 'missing file' : 'dir',
    cause:
      point.type === 'volume'
        ? 'Mount a volume, which outlives the container'
        : 'Share a path of the machine with the container',
  };
}

function depth(path: string): number {
  return path.split('/').length;
}
