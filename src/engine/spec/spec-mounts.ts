/** The mounts of a container in order: the virtual file systems, the three files of /etc, the user's. */
import type { HostConfig } from '../../api/container.ts';
import type { SpecInput } from './compile-spec.ts';
import { KindError } from '../../lib/errors.ts';
import type { MountPoint } from './mount-point.ts';
import { cgroupMount, containerPaths } from './paths.ts';
import type { SpecMount } from './runtime-spec.ts';
import { parseSecurityOptions } from './security-options.ts';
import { tmpfsOptions } from './tmpfs-options.ts';

export const shmSizeBytesDefault = 67_108_864;

/** Where the init program of `--init` is in the container, and on the machine. */
export const initPath = '/sbin/docker-init';
const initSource = '/usr/bin/docker-init';

/** Whoever shares a pid namespace has an init already. */
export function usesInit({ Init, PidMode }: HostConfig): boolean {
  return Init === true && !PidMode;
}

export function specMounts(input: SpecInput): SpecMount[] {
  const { hostConfig } = input;
  const users = input.mountPoints.map((point) => userMount(point, input.fileMounts));
  const taken = new Set(users.map((mount) => mount.destination));
  const defaults = defaultMounts(input).filter(
    ({ destination }) =>
      !taken.has(destination) && !(taken.has('/dev') && destination.startsWith('/dev/')),
  );
  const own = [
    ...etcMounts(input).filter(({ destination }) => !taken.has(destination)),
    ...users,
  ].sort((a, b) => depth(a.destination) - depth(b.destination));
  return [
    ...defaults.map((mount) => (hostConfig.ReadonlyRootfs ? readOnlyIfShared(mount) : mount)),
    ...own,
    ...(usesInit(hostConfig) ? [initMount] : []),
  ];
}

const initMount: SpecMount = {
  destination: initPath,
  source: initSource,
  type: 'bind',
  options: ['bind', 'ro'],
  target: 'file',
  cause: 'Bring an init along: it reaps orphans and passes signals on',
};

function etcMounts({ id, hostConfig, etcOwner = id }: SpecInput): SpecMount[] {
  const paths = containerPaths(etcOwner);
  const mount = (destination: string, source: string, cause: string): SpecMount => ({
    destination,
    source,
    type: 'bind',
    options: ['rbind', ...(hostConfig.ReadonlyRootfs === true ? ['ro'] : [])],
    target: 'exists',
    cause,
  });
  return [
    mount('/etc/resolv.conf', paths.resolvConf, 'Give the container its own name servers'),
    mount('/etc/hostname', paths.hostname, 'Give the container its own name in files too'),
    mount('/etc/hosts', paths.hosts, 'Give the container its own table of hosts'),
  ];
}

/** With a read-only root, what is not the container's own is read-only too. */
function readOnlyIfShared(mount: SpecMount): SpecMount {
  const own = ['/proc', '/dev', '/dev/pts', '/dev/shm', '/dev/mqueue'];
  const writable = own.includes(mount.destination) || mount.options.includes('ro');
  return writable ? mount : { ...mount, options: [...mount.options, 'ro'] };
}

function defaultMounts(input: SpecInput): SpecMount[] {
  const { hostConfig } = input;
  const privileged = hostConfig.Privileged === true;
  const { writableCgroups = privileged } = parseSecurityOptions(hostConfig);
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
    virtual(
      '/sys',
      'sysfs',
      [...restricted, ...(privileged ? [] : ['ro'])],
      'Show the kernel’s objects, read-only',
    ),
    groupsMount(input, [...restricted, ...(writableCgroups ? [] : ['ro'])]),
    {
      ...virtual('/dev/mqueue', 'mqueue', restricted, 'Give the container its own message queues'),
      target: 'dir',
    },
  ];
  return hostConfig.IpcMode === 'none' ? mounts : [...mounts, shmMount(input)];
}

/** The machine's control groups can only be bound by somebody who is not its root. */
function groupsMount({ hostConfig, ids }: SpecInput, options: readonly string[]): SpecMount {
  const isBound = ids !== undefined && hostConfig.CgroupnsMode === 'host';
  return {
    destination: cgroupMount,
    type: isBound ? 'bind' : 'cgroup2',
    source: isBound ? cgroupMount : 'cgroup',
    options: isBound ? ['rbind', ...options] : options,
    target: 'exists',
    cause: 'Show its own cgroup',
  };
}

function shmMount({ id, hostConfig, joinedMemory }: SpecInput): SpecMount {
  const destination = '/dev/shm';
  const bind = (source: string, cause: string): SpecMount => ({
    destination,
    type: 'bind',
    source,
    options: ['rbind'],
    target: 'dir',
    cause,
  });
  if (hostConfig.IpcMode === 'shareable')
    return bind(containerPaths(id).sharedMemory, 'Use shared memory that others may join');
  if (joinedMemory !== undefined) return bind(joinedMemory, 'Share memory, as asked');
  const options = [
    'nosuid',
    'noexec',
    'nodev',
    'mode=1777',
    `size=${hostConfig.ShmSize || shmSizeBytesDefault}`,
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

function userMount(point: MountPoint, fileMounts: ReadonlySet<string>): SpecMount {
  const { destination, source } = point;
  if (point.type === 'tmpfs') {
    const options = tmpfsOptions(point.options);
    const cause = 'Put a file system in memory here, as asked';
    return { destination, source: 'tmpfs', type: 'tmpfs', options, target: 'like it', cause };
  }
  return {
    destination,
    source,
    type: 'bind',
    options: [
      point.nonRecursive === true ? 'bind' : 'rbind',
      ...(point.readWrite ? [] : [readOnlyWord(point)]),
      point.propagation,
    ],
    ...(point.subpath === undefined ? {} : { subpath: point.subpath }),
    target: fileMounts.has(destination) ? 'file' : 'dir',
    cause:
      point.type === 'volume'
        ? 'Mount a volume, which outlives the container'
        : 'Share a path of the machine with the container',
  };
}

/** Recursive since API 1.44, unless asked otherwise. */
function readOnlyWord({ readOnlyNonRecursive, readOnlyForceRecursive }: MountPoint): string {
  if (readOnlyNonRecursive !== true) return 'rro';
  if (readOnlyForceRecursive !== true) return 'ro';
  const options = 'ReadOnlyNonRecursive && ReadOnlyForceRecursive';
  throw new KindError('system', `mount options conflict: ${options}`);
}

function depth(path: string): number {
  return path.split('/').length;
}
