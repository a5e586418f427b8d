/**
 * The fields of a container's Config and HostConfig in the order in which dockerd writes them, which people see in
 * `docker inspect`; those marked `?` are left out when they hold nothing. Source: moby v28 api/types/container.
 */
import type { ContainerConfig, HostConfig } from '../../api/container.ts';

const configFields =
  `Hostname Domainname User AttachStdin AttachStdout AttachStderr ExposedPorts? Tty OpenStdin StdinOnce Env Cmd
  Healthcheck? ArgsEscaped? Image Volumes WorkingDir Entrypoint NetworkDisabled? MacAddress? OnBuild Labels StopSignal?
  StopTimeout Shell?`.split(/\s+/);

const hostConfigFields =
  `Binds ContainerIDFile LogConfig NetworkMode PortBindings RestartPolicy AutoRemove VolumeDriver VolumesFrom ConsoleSize
  Annotations? CapAdd CapDrop CgroupnsMode Dns DnsOptions DnsSearch ExtraHosts GroupAdd IpcMode Cgroup Links OomScoreAdj
  PidMode Privileged PublishAllPorts ReadonlyRootfs SecurityOpt StorageOpt? Tmpfs? UTSMode UsernsMode ShmSize Sysctls?
  Runtime Isolation CpuShares Memory NanoCpus CgroupParent BlkioWeight BlkioWeightDevice BlkioDeviceReadBps
  BlkioDeviceWriteBps BlkioDeviceReadIOps BlkioDeviceWriteIOps CpuPeriod CpuQuota CpuRealtimePeriod CpuRealtimeRuntime
  CpusetCpus CpusetMems Devices DeviceCgroupRules DeviceRequests KernelMemory? KernelMemoryTCP? MemoryReservation
  MemorySwap MemorySwappiness OomKillDisable PidsLimit Ulimits CpuCount CpuPercent IOMaximumIOps IOMaximumBandwidth
  Mounts? MaskedPaths ReadonlyPaths Init`.split(/\s+/);

const healthcheckFields = 'Test? Interval? Timeout? StartPeriod? StartInterval? Retries?'.split(
  ' ',
);

const ulimitFields = 'Name Hard Soft'.split(' ');

export function orderedConfig(config: ContainerConfig): ContainerConfig {
  const { Healthcheck: check } = config;
  const shown = check ? { ...config, Healthcheck: ordered(check, healthcheckFields) } : config;
  return ordered(shown, configFields);
}

export function orderedHostConfig(config: HostConfig): HostConfig {
  const { Ulimits: limits } = config;
  const shown = limits
    ? { ...config, Ulimits: limits.map((limit) => ordered(limit, ulimitFields)) }
    : config;
  return ordered(shown, hostConfigFields);
}

function ordered<T extends object>(value: T, fields: readonly string[]): T {
  const left = new Map(Object.entries(value));
  const entries: [string, unknown][] = [];
  for (const field of fields) {
    const name = field.replace('?', '');
    const content: unknown = left.get(name);
    const shown = left.delete(name) && !(field.endsWith('?') && isEmpty(content));
    if (shown) entries.push([name, content]);
  }
  // The same fields, but for those that hold nothing.
  return Object.fromEntries([...entries, ...left]) as T;
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === '' || value === false || value === 0;
}
