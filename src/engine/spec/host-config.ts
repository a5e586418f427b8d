/** Checks a HostConfig, says what is not here, and fills in Docker's defaults as inspect shows them. */
import type { HostConfig } from '../../api/container.ts';
import { KindError } from '../../lib/errors.ts';
import { normalizeCapabilities } from './capabilities.ts';
import { defaultMaskedPaths, defaultReadonlyPaths } from './default-paths.ts';
import { rlimitsOf } from './resources.ts';
import { shmSizeBytesDefault } from './spec-mounts.ts';

const memoryBytesMin = 6 * 1024 * 1024;
const cpuCount = 1;

export interface CompletedHostConfig {
  readonly hostConfig: HostConfig;
  readonly warnings: readonly string[];
}

export function completeHostConfig(config: HostConfig): CompletedHostConfig {
  const warnings: string[] = [];
  checkResources(config, warnings);
  checkModes(config);
  checkPolicies(config);
  normalizeCapabilities(config.CapAdd ?? [], 'CapAdd');
  normalizeCapabilities(config.CapDrop ?? [], 'CapDrop');
  checkSecurityOptions(config.SecurityOpt ?? []);
  rlimitsOf(config);
  return { hostConfig: withDefaults(config), warnings };
}

function checkResources(config: HostConfig, warnings: string[]): void {
  const { Memory = 0, MemorySwap = 0, MemoryReservation = 0 } = config;
  if (Memory !== 0 && Memory < memoryBytesMin) throw invalid('Minimum memory limit allowed is 6MB');
  if (Memory > 0 && MemorySwap > 0 && MemorySwap < Memory)
    throw invalid('Minimum memoryswap limit should be larger than memory limit, see usage');
  if (Memory === 0 && MemorySwap > 0)
    throw invalid('You should always set the Memory limit when using Memoryswap limit, see usage');
  if (MemoryReservation > 0 && MemoryReservation < memoryBytesMin)
    throw invalid('Minimum memory reservation allowed is 6MB');
  if (Memory > 0 && MemoryReservation > 0 && Memory < MemoryReservation)
    throw invalid('Minimum memory limit can not be less than memory reservation limit, see usage');
  if (config.OomKillDisable === true)
    warnings.push('Your kernel does not support OomKillDisable. OomKillDisable discarded.');
  if ((config.MemorySwappiness ?? -1) !== -1)
    warnings.push(
      'Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.',
    );
  checkProcessor(config, warnings);
}

function checkProcessor(config: HostConfig, warnings: string[]): void {
  const { NanoCpus = 0, CpuPeriod = 0, CpuQuota = 0, CpuShares = 0 } = config;
  if (NanoCpus > 0 && CpuPeriod > 0)
    throw invalid('Conflicting options: Nano CPUs and CPU Period cannot both be set');
  if (NanoCpus > 0 && CpuQuota > 0)
    throw invalid('Conflicting options: Nano CPUs and CPU Quota cannot both be set');
  if (NanoCpus < 0 || NanoCpus > cpuCount * 1e9)
    throw invalid(
      `range of CPUs is from 0.01 to ${cpuCount}.00, as there are only ${cpuCount} CPUs available`,
    );
  if (CpuShares < 0)
    throw invalid(`invalid CPU shares (${CpuShares}): value must be a positive integer`);
  if (CpuPeriod !== 0 && (CpuPeriod < 1000 || CpuPeriod > 1_000_000))
    throw invalid(
      'CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)',
    );
  if (CpuQuota > 0 && CpuQuota < 1000)
    throw invalid('CPU cfs quota can not be less than 1ms (i.e. 1000)');
  if (config.CpusetCpus || config.CpusetMems)
    warnings.push(
      'Your kernel does not support cpuset or the cgroup is not mounted. Cpuset discarded.',
    );
  if ((config.BlkioWeight ?? 0) > 0)
    warnings.push(
      'Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.',
    );
}

function checkModes(config: HostConfig): void {
  const only = ['', 'private', 'host'];
  if (!['', 'none', 'private', 'host'].includes(config.IpcMode ?? ''))
    throw notHere(`IPC mode "${config.IpcMode}"`);
  if (!['', 'host'].includes(config.PidMode ?? '') && !config.PidMode?.startsWith('container:'))
    throw invalid(`invalid PID mode: ${config.PidMode}`);
  if (!['', 'host'].includes(config.UTSMode ?? ''))
    throw invalid(`invalid UTS mode: ${config.UTSMode}`);
  if (!['', 'host'].includes(config.UsernsMode ?? ''))
    throw invalid(`invalid USER mode: ${config.UsernsMode}`);
  if (!only.includes(config.CgroupnsMode ?? ''))
    throw invalid(`invalid cgroup namespace mode: ${config.CgroupnsMode}`);
}

function checkPolicies(config: HostConfig): void {
  const { Name: policy = '', MaximumRetryCount: retries = 0 } = config.RestartPolicy ?? {};
  if (!['', 'no', 'always', 'unless-stopped', 'on-failure'].includes(policy)) {
    const message = `invalid restart policy: unknown policy '${policy}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`;
    throw invalid(message);
  }
  if (retries > 0 && policy !== 'on-failure')
    throw invalid(`invalid restart policy: maximum retry count can only be used with 'on-failure'`);
  if (config.AutoRemove === true && !['', 'no'].includes(policy))
    throw invalid("can't create 'AutoRemove' container with restart policy");
  if (config.Init === true) throw notHere('An init process inside the container (--init)');
  if (!['', 'runc'].includes(config.Runtime ?? ''))
    throw invalid(`unknown or invalid runtime name: ${config.Runtime}`);
  const driver = config.LogConfig?.Type ?? '';
  if (!['', 'json-file', 'local', 'none'].includes(driver))
    throw invalid(`logger: no log driver named '${driver}' is registered`);
  if ((config.Devices ?? []).length > 0) throw notHere('Adding devices (--device)');
  if ((config.DeviceRequests ?? []).length > 0)
    throw invalid('could not select device driver "" with capabilities: [[gpu]]');
  if ((config.Links ?? []).length > 0) throw notHere('Linking containers (--link)');
}

function checkSecurityOptions(options: readonly string[]): void {
  for (const option of options) {
    const name = option.split(/[=:]/)[0] ?? '';
    const known = ['no-new-privileges', 'seccomp', 'apparmor', 'label', 'systempaths'];
    if (!known.includes(name)) throw invalid(`invalid --security-opt 2: "${option}"`);
  }
}

function withDefaults(config: HostConfig): HostConfig {
  const privileged = config.Privileged === true;
  const bridge = ['', 'default'].includes(config.NetworkMode ?? '');
  return {
    ...config,
    Binds: config.Binds ?? null,
    ContainerIDFile: config.ContainerIDFile ?? '',
    LogConfig: {
      Type: config.LogConfig?.Type || 'json-file',
      Config: config.LogConfig?.Config ?? {},
    },
    NetworkMode: bridge ? 'bridge' : (config.NetworkMode ?? 'bridge'),
    PortBindings: config.PortBindings ?? {},
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
    Dns: config.Dns ?? [],
    DnsOptions: config.DnsOptions ?? [],
    DnsSearch: config.DnsSearch ?? [],
    ExtraHosts: config.ExtraHosts ?? null,
    GroupAdd: config.GroupAdd ?? null,
    IpcMode: config.IpcMode || 'private',
    PidMode: config.PidMode ?? '',
    Privileged: privileged,
    ReadonlyRootfs: config.ReadonlyRootfs ?? false,
    SecurityOpt: config.SecurityOpt ?? null,
    UTSMode: config.UTSMode ?? '',
    UsernsMode: config.UsernsMode ?? '',
    ShmSize: config.ShmSize || shmSizeBytesDefault,
    Runtime: config.Runtime || 'runc',
    ...resourceDefaults(config),
    MaskedPaths: privileged ? null : (config.MaskedPaths ?? defaultMaskedPaths),
    ReadonlyPaths: privileged ? null : (config.ReadonlyPaths ?? defaultReadonlyPaths),
  };
}

function resourceDefaults(config: HostConfig): HostConfig {
  const pids = config.PidsLimit ?? 0;
  return {
    CpuShares: config.CpuShares ?? 0,
    Memory: config.Memory ?? 0,
    NanoCpus: config.NanoCpus ?? 0,
    CpuPeriod: config.CpuPeriod ?? 0,
    CpuQuota: config.CpuQuota ?? 0,
    CpusetCpus: '',
    CpusetMems: '',
    MemoryReservation: config.MemoryReservation ?? 0,
    MemorySwap: config.MemorySwap || (config.Memory ?? 0) * 2,
    MemorySwappiness: null,
    OomKillDisable: null,
    OomScoreAdj: config.OomScoreAdj ?? 0,
    PidsLimit: pids > 0 ? pids : null,
    Ulimits: config.Ulimits ?? [],
  };
}

function notHere(what: string): KindError {
  return new KindError('notImplemented', `${what} is not supported by this engine yet`);
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
