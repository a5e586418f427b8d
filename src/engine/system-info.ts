/** `GET /info`. */
import type { SystemInfo } from '../api/system.ts';
import type { Daemon } from './daemon.ts';
import { machineFacts } from './machine-facts.ts';
import { kernelSupport } from './spec/kernel-support.ts';
import { dockerRoot } from './spec/paths.ts';
import { engineVersion } from './system-version.ts';
import { rfc3339Nano } from './timestamps.ts';

export const machineName = 'bottleship';

export async function systemInfo(daemon: Daemon): Promise<SystemInfo> {
  const containers = daemon.containers.list();
  const count = (...statuses: readonly string[]) =>
    containers.filter(({ state }) => statuses.includes(state.status)).length;
  const { kernelVersion, memoryBytes } = await machineFacts(daemon);
  return {
    ID: daemon.identity.id,
    Containers: containers.length,
    ContainersRunning: count('running', 'restarting'),
    ContainersPaused: count('paused'),
    ContainersStopped: count('created', 'exited', 'dead', 'removing'),
    Images: (await daemon.images.ids()).length,
    Driver: 'overlay2',
    DriverStatus: [
      // ext4 by the name that dockerd gives it.
      ['Backing Filesystem', 'extfs'],
      ['Supports d_type', 'true'],
      ['Using metacopy', 'false'],
      ['Native Overlay Diff', 'true'],
      ['userxattr', 'false'],
    ],
    Plugins: {
      Volume: ['local'],
      Network: ['bridge', 'host', 'ipvlan', 'macvlan', 'null'],
      Authorization: null,
      Log: ['json-file', 'local', 'none'],
    },
    ...machine,
    SystemTime: rfc3339Nano(daemon.clock.now()),
    NEventsListener: daemon.events.listenerCount,
    MemTotal: memoryBytes,
    KernelVersion: kernelVersion,
    RegistryConfig: registryConfig(daemon),
    DockerRootDir: dockerRoot,
    ...identity,
    SecurityOptions: [
      'name=seccomp,profile=builtin',
      ...(daemon.ids === undefined ? [] : ['name=userns']),
      'name=cgroupns',
    ],
    Warnings: ['WARNING: No cpuset support'],
  };
}

/** As dockerd: loopback is always insecure, mirrors are of Docker Hub alone and shown with a slash. */
function registryConfig({ registryMirrors, insecureRegistries }: Daemon) {
  const mirrors = registryMirrors.map((url) => `${url}/`);
  const insecure = insecureRegistries.map((name) => {
    return [name, { Name: name, Mirrors: [], Secure: false, Official: false }] as const;
  });
  return {
    InsecureRegistryCIDRs: ['::1/128', '127.0.0.0/8'],
    IndexConfigs: {
      'docker.io': { Name: 'docker.io', Mirrors: mirrors, Secure: true, Official: true },
      ...Object.fromEntries(insecure),
    },
    Mirrors: mirrors,
  };
}

const machine = {
  MemoryLimit: kernelSupport.memoryLimit,
  SwapLimit: kernelSupport.swapLimit,
  CpuCfsPeriod: kernelSupport.cpuCfs,
  CpuCfsQuota: kernelSupport.cpuCfs,
  CPUShares: kernelSupport.cpuShares,
  CPUSet: kernelSupport.cpuset,
  PidsLimit: kernelSupport.pidsLimit,
  OomKillDisable: kernelSupport.oomKillDisable,
  IPv4Forwarding: true,
  Debug: false,
  NFd: 0,
  NGoroutines: 0,
  LoggingDriver: 'json-file',
  CgroupDriver: 'cgroupfs',
  CgroupVersion: '2',
  OperatingSystem: 'Bottleship',
  OSVersion: '12',
  OSType: 'linux',
  Architecture: 'i686',
  NCPU: kernelSupport.cpuCount,
} as const;

const identity = {
  IndexServerAddress: 'https://index.docker.io/v1/',
  HttpProxy: '',
  HttpsProxy: '',
  NoProxy: '',
  Name: machineName,
  Labels: [],
  ExperimentalBuild: false,
  ServerVersion: engineVersion,
  Runtimes: { runc: { path: 'runc' } },
  DefaultRuntime: 'runc',
  Swarm: {
    NodeID: '',
    NodeAddr: '',
    LocalNodeState: 'inactive',
    ControlAvailable: false,
    Error: '',
    RemoteManagers: null,
  },
  LiveRestoreEnabled: false,
  Isolation: '',
  InitBinary: '',
  ContainerdCommit: { ID: '' },
  RuncCommit: { ID: '' },
  InitCommit: { ID: '' },
} as const;
