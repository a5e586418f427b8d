/** A container's HostConfig as the engine keeps it and inspect shows it: checked, with Docker's defaults. */
import type { ContainerConfig, HostConfig } from '../../api/container.ts';
import type { PortMap } from '../../api/network.ts';
import { checkHostConfig, runtimeDefault } from './check-host-config.ts';
import { defaultMaskedPaths, defaultReadonlyPaths } from './default-paths.ts';
import { shmSizeBytesDefault } from './spec-mounts.ts';

export interface CompletedHostConfig {
  readonly hostConfig: HostConfig;
  readonly warnings: readonly string[];
}

export interface HostConfigContext {
  readonly container?: ContainerConfig;
}

export function completeHostConfig(
  config: HostConfig,
  { container = {} }: HostConfigContext = {},
): CompletedHostConfig {
  const { hostConfig, warnings } = checkHostConfig(config, { container });
  return { hostConfig: withDefaults(hostConfig), warnings };
}

/** Lists that nobody gave stay null, as Go encodes them. */
function withDefaults(config: HostConfig): HostConfig {
  const privileged = config.Privileged === true;
  const bridge = ['', 'default'].includes(config.NetworkMode ?? '');
  const { Init, ...rest } = config;
  return {
    ...rest,
    Binds: config.Binds ?? null,
    ContainerIDFile: config.ContainerIDFile ?? '',
    LogConfig: { Type: '', Config: {}, ...config.LogConfig },
    NetworkMode: bridge ? 'bridge' : (config.NetworkMode ?? 'bridge'),
    PortBindings: withHostPorts(config.PortBindings),
    RestartPolicy: {
      Name: config.RestartPolicy?.Name || 'no',
      MaximumRetryCount: config.RestartPolicy?.MaximumRetryCount ?? 0,
    },
    AutoRemove: config.AutoRemove ?? false,
    VolumeDriver: config.VolumeDriver ?? '',
    VolumesFrom: config.VolumesFrom ?? null,
    ConsoleSize: config.ConsoleSize ?? [0, 0],
    CapAdd: config.CapAdd ?? null,
    CapDrop: config.CapDrop ?? null,
    CgroupnsMode: config.CgroupnsMode || 'private',
    Dns: config.Dns ?? null,
    DnsOptions: config.DnsOptions ?? null,
    DnsSearch: config.DnsSearch ?? null,
    ExtraHosts: config.ExtraHosts ?? null,
    GroupAdd: config.GroupAdd ?? null,
    IpcMode: config.IpcMode || 'private',
    Cgroup: config.Cgroup ?? '',
    Links: config.Links ?? null,
    OomScoreAdj: config.OomScoreAdj ?? 0,
    PidMode: config.PidMode ?? '',
    Privileged: privileged,
    PublishAllPorts: config.PublishAllPorts ?? false,
    ReadonlyRootfs: config.ReadonlyRootfs ?? false,
    SecurityOpt: withoutLabels(config),
    UTSMode: config.UTSMode ?? '',
    UsernsMode: config.UsernsMode ?? '',
    ShmSize: config.ShmSize || shmSizeBytesDefault,
    Runtime: config.Runtime || runtimeDefault,
    Isolation: config.Isolation ?? '',
    ...resourceDefaults(config),
    MaskedPaths: privileged
      ? (config.MaskedPaths ?? null)
      : (config.MaskedPaths ?? defaultMaskedPaths),
    ReadonlyPaths: privileged
      ? (config.ReadonlyPaths ?? null)
      : (config.ReadonlyPaths ?? defaultReadonlyPaths),
    ...(typeof Init === 'boolean' ? { Init } : {}),
  };
}

/**
 * Where a namespace of the machine's is shared or everything is allowed, dockerd turns SELinux labels
 * off, which shows in inspect even without SELinux.
 */
function withoutLabels(config: HostConfig): readonly string[] | null {
  const options = config.SecurityOpt ?? null;
  if ((options ?? []).some((option) => option.split('=')[0] === 'label')) return options;
  const shared =
    config.IpcMode === 'host' || config.PidMode === 'host' || config.Privileged === true;
  return shared ? [...(options ?? []), 'label=disable'] : options;
}

function resourceDefaults(config: HostConfig): HostConfig {
  return {
    CpuShares: config.CpuShares ?? 0,
    Memory: config.Memory ?? 0,
    NanoCpus: config.NanoCpus ?? 0,
    CgroupParent: config.CgroupParent ?? '',
    BlkioWeight: config.BlkioWeight ?? 0,
    BlkioWeightDevice: config.BlkioWeightDevice ?? null,
    BlkioDeviceReadBps: config.BlkioDeviceReadBps ?? null,
    BlkioDeviceWriteBps: config.BlkioDeviceWriteBps ?? null,
    BlkioDeviceReadIOps: config.BlkioDeviceReadIOps ?? null,
    BlkioDeviceWriteIOps: config.BlkioDeviceWriteIOps ?? null,
    CpuPeriod: config.CpuPeriod ?? 0,
    CpuQuota: config.CpuQuota ?? 0,
    CpuRealtimePeriod: config.CpuRealtimePeriod ?? 0,
    CpuRealtimeRuntime: config.CpuRealtimeRuntime ?? 0,
    CpusetCpus: config.CpusetCpus ?? '',
    CpusetMems: config.CpusetMems ?? '',
    Devices: config.Devices ?? null,
    DeviceCgroupRules: config.DeviceCgroupRules ?? null,
    DeviceRequests: config.DeviceRequests ?? null,
    MemoryReservation: config.MemoryReservation ?? 0,
    MemorySwap: config.MemorySwap || Math.max(config.Memory ?? 0, 0) * 2,
    MemorySwappiness: config.MemorySwappiness ?? null,
    OomKillDisable: config.OomKillDisable ?? false,
    PidsLimit: config.PidsLimit ?? null,
    Ulimits: config.Ulimits ?? null,
    CpuCount: config.CpuCount ?? 0,
    CpuPercent: config.CpuPercent ?? 0,
    IOMaximumIOps: config.IOMaximumIOps ?? 0,
    IOMaximumBandwidth: config.IOMaximumBandwidth ?? 0,
  };
}

/** Both parts of a binding, as Go writes them. */
function withHostPorts(ports: HostConfig['PortBindings']): PortMap | null {
  if (ports === undefined || ports === null) return null;
  const entries = Object.entries(ports).map(([port, bindings]) => [
    port,
    bindings?.map(({ HostIp, HostPort }) => ({ HostIp: HostIp ?? '', HostPort: HostPort ?? '' })) ??
      null,
  ]);
  return Object.fromEntries(entries) as PortMap;
}
