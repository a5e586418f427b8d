/** Makes the body of a create request of the flags of `run` and `create`. */
import type {
  ContainerCreateRequest,
  DeviceMapping,
  DeviceRequest,
  HealthConfig,
  HostConfig,
  Mount,
  Resources,
  RestartPolicy,
  ThrottleDevice,
  Ulimit,
  WeightDevice,
} from '../../api/container.ts';
import type { CommandContext } from '../command/command.ts';
import { cut } from '../flags/flag-spec.ts';
import type { ParsedFlags } from '../flags/parsed-flags.ts';
import { parseDecimal } from '../../lib/go-numbers.ts';
import { absolutePath } from '../paths.ts';
import { proxyVariables } from '../config/proxies.ts';
import { capabilitiesOf } from './capabilities.ts';
import { parseDevice } from './device-spec.ts';
import { readKeyValues } from './env-file.ts';
import { checkMacAddress, endpointsOf, networkMode } from './network-spec.ts';
import type { NetworkSpec } from './network-spec.ts';
import { parsePorts } from './port-spec.ts';
import type { PublishedPorts } from './port-spec.ts';
import { parseSecurityOptions } from './security-options.ts';
import { parseVolumes } from './volume-spec.ts';
import type { VolumeFlags } from './volume-spec.ts';

/** Throws with Docker's words; the checks come in the order the real program makes them. */
export async function buildConfig(context: CommandContext): Promise<ContainerCreateRequest> {
  const { flags, invocation } = context;
  if (flags.string('mac-address') !== '') checkMacAddress(flags.string('mac-address'));
  const swappiness = flags.number('memory-swappiness');
  if (swappiness !== -1 && (swappiness < 0 || swappiness > 100)) {
    throw new Error(`invalid value: ${swappiness}. Valid memory swappiness range is 0-100`);
  }
  const volumes = parseVolumes(flags.list('volume'), invocation);
  const ports = parsePorts({ publish: flags.list('publish'), expose: flags.list('expose') });
  const devices = flags.list('device').map(parseDevice);
  const given = await readKeyValues(context, {
    files: flags.list('env-file'),
    values: flags.list('env'),
    fromEnvironment: true,
  });
  const proxies = proxyVariables(
    context,
    given.map((line) => cut(line, '=')[0]),
  );
  const env = [...given, ...Object.entries(proxies).map((pair) => pair.join('='))];
  const labels = await readKeyValues(context, {
    files: flags.list('label-file'),
    values: flags.list('label'),
    fromEnvironment: false,
  });
  checkModes(flags);
  const hostConfig = await hostConfigOf(context, { volumes, ports, devices });
  const healthcheck = healthcheckOf(flags);
  if (flags.bool('rm') && !['', 'no'].includes(hostConfig.RestartPolicy?.Name ?? '')) {
    throw new Error('conflicting options: cannot specify both --restart and --rm');
  }
  const EndpointsConfig = endpointsOf(flags);
  return {
    ...processConfigOf(context),
    ...(healthcheck === undefined ? {} : { Healthcheck: healthcheck }),
    ExposedPorts: ports.exposed,
    Env: env,
    Volumes: volumes.volumes,
    Labels: pairs(labels),
    HostConfig: hostConfig,
    NetworkingConfig: { EndpointsConfig },
  };
}

function processConfigOf(context: CommandContext): ContainerCreateRequest {
  const { flags, args } = context;
  const [image = '', ...command] = args;
  const attach = flags.list('attach');
  const attachAll = attach.length === 0;
  const interactive = flags.bool('interactive');
  const attachStdin = interactive || attach.includes('stdin');
  const entrypoint = flags.string('entrypoint');
  return {
    Hostname: flags.string('hostname'),
    Domainname: flags.string('domainname'),
    User: flags.string('user'),
    AttachStdin: attachStdin,
    AttachStdout: attachAll || attach.includes('stdout'),
    AttachStderr: attachAll || attach.includes('stderr'),
    Tty: flags.bool('tty'),
    OpenStdin: interactive,
    // The container's stdin ends when the client that is attached to it goes away.
    StdinOnce: interactive && attachStdin,
    Cmd: command.length > 0 ? command : null,
    Image: image,
    WorkingDir: flags.string('workdir'),
    // `--entrypoint=` resets what the image says.
    Entrypoint: flags.changed('entrypoint') ? [entrypoint] : null,
    ...(flags.string('stop-signal') === '' ? {} : { StopSignal: flags.string('stop-signal') }),
    ...(flags.changed('stop-timeout') ? { StopTimeout: flags.number('stop-timeout') } : {}),
  };
}

async function hostConfigOf(
  context: CommandContext,
  parsed: {
    readonly volumes: VolumeFlags;
    readonly ports: PublishedPorts;
    readonly devices: readonly DeviceMapping[];
  },
): Promise<HostConfig> {
  const { flags, invocation } = context;
  const restartPolicy = parseRestartPolicy(flags.string('restart'));
  if (flags.string('log-driver') === 'none' && flags.list('log-opt').length > 0) {
    throw new Error('invalid logging opts for driver none');
  }
  const security = await parseSecurityOptions(context, flags.list('security-opt'));
  const storage = flags.list('storage-opt');
  if (storage.some((option) => !option.includes('='))) throw new Error('invalid storage option');
  return {
    ...resourcesOf(flags, parsed.devices),
    Binds: parsed.volumes.binds.length > 0 ? parsed.volumes.binds : null,
    ContainerIDFile: flags.string('cidfile'),
    LogConfig: { Type: flags.string('log-driver'), Config: pairs(flags.list('log-opt')) },
    NetworkMode: networkMode(flags.values<NetworkSpec>('network')),
    PortBindings: parsed.ports.bindings,
    RestartPolicy: restartPolicy,
    AutoRemove: flags.bool('rm'),
    VolumeDriver: flags.string('volume-driver'),
    VolumesFrom: orNull(flags.list('volumes-from')),
    Mounts: flags
      .values<Mount>('mount')
      .map((mount) => absoluteMount(mount, invocation.workingDirectory)),
    Annotations: flags.map('annotation'),
    ...capabilitiesOf(flags.list('cap-add'), flags.list('cap-drop')),
    CgroupnsMode: flags.string('cgroupns'),
    Dns: flags.list('dns'),
    DnsOptions: flags.list('dns-option'),
    DnsSearch: flags.list('dns-search'),
    ExtraHosts: orNull(flags.list('add-host')),
    GroupAdd: orNull(flags.list('group-add')),
    IpcMode: flags.string('ipc'),
    Links: orNull(flags.list('link')),
    OomScoreAdj: flags.number('oom-score-adj'),
    PidMode: flags.string('pid'),
    Privileged: flags.bool('privileged'),
    PublishAllPorts: flags.bool('publish-all'),
    ReadonlyRootfs: flags.bool('read-only'),
    SecurityOpt: orNull(security.options),
    StorageOpt: pairs(storage),
    Tmpfs: Object.fromEntries(
      flags.list('tmpfs').map((spec) => [cut(spec, ':')[0], cut(spec, ':')[1] ?? '']),
    ),
    UTSMode: flags.string('uts'),
    UsernsMode: flags.string('userns'),
    ShmSize: flags.number('shm-size'),
    Sysctls: flags.map('sysctl'),
    Runtime: flags.string('runtime'),
    Isolation: flags.string('isolation'),
    MaskedPaths: security.maskedPaths,
    ReadonlyPaths: security.readonlyPaths,
    ...(flags.changed('init') ? { Init: flags.bool('init') } : {}),
  };
}

function resourcesOf(flags: ParsedFlags, devices: readonly DeviceMapping[]): Resources {
  return {
    CpuShares: flags.number('cpu-shares'),
    Memory: flags.number('memory'),
    NanoCpus: flags.number('cpus'),
    CgroupParent: flags.string('cgroup-parent'),
    BlkioWeight: flags.number('blkio-weight'),
    BlkioWeightDevice: flags.values<WeightDevice>('blkio-weight-device'),
    BlkioDeviceReadBps: flags.values<ThrottleDevice>('device-read-bps'),
    BlkioDeviceWriteBps: flags.values<ThrottleDevice>('device-write-bps'),
    BlkioDeviceReadIOps: flags.values<ThrottleDevice>('device-read-iops'),
    BlkioDeviceWriteIOps: flags.values<ThrottleDevice>('device-write-iops'),
    CpuPeriod: flags.number('cpu-period'),
    CpuQuota: flags.number('cpu-quota'),
    CpuRealtimePeriod: flags.number('cpu-rt-period'),
    CpuRealtimeRuntime: flags.number('cpu-rt-runtime'),
    CpusetCpus: flags.string('cpuset-cpus'),
    CpusetMems: flags.string('cpuset-mems'),
    Devices: devices,
    DeviceCgroupRules: orNull(flags.list('device-cgroup-rule')),
    DeviceRequests: orNull(flags.values<DeviceRequest>('gpus')),
    MemoryReservation: flags.number('memory-reservation'),
    MemorySwap: flags.number('memory-swap'),
    MemorySwappiness: flags.number('memory-swappiness'),
    OomKillDisable: flags.bool('oom-kill-disable'),
    PidsLimit: flags.number('pids-limit'),
    Ulimits: ulimitsOf(flags.values<Ulimit>('ulimit')),
  };
}

/** The last one given for a name holds. */
function ulimitsOf(ulimits: readonly Ulimit[]): readonly Ulimit[] {
  const byName = new Map(ulimits.map((ulimit) => [ulimit.Name, ulimit]));
  return [...byName.values()].toSorted((a, b) => (a.Name < b.Name ? -1 : 1));
}

function absoluteMount(mount: Mount, workingDirectory: string): Mount {
  if (mount.Source?.startsWith('.') !== true) return mount;
  return { ...mount, Source: absolutePath(mount.Source, workingDirectory) };
}

function checkModes(flags: ParsedFlags): void {
  const hostOrEmpty = ['', 'host'];
  const pid = flags.string('pid');
  const container = /^container:.+/.test(pid);
  if (!hostOrEmpty.includes(pid) && !container) throw new Error('--pid: invalid PID mode');
  if (!hostOrEmpty.includes(flags.string('uts'))) throw new Error('--uts: invalid UTS mode');
  if (!hostOrEmpty.includes(flags.string('userns'))) {
    throw new Error('--userns: invalid USER mode');
  }
  if (!['', 'host', 'private'].includes(flags.string('cgroupns'))) {
    throw new Error('--cgroupns: invalid CGROUP mode');
  }
}

export function parseRestartPolicy(text: string): RestartPolicy {
  const [name, retries] = cut(text, ':');
  if (retries !== undefined && name === '') {
    throw new Error('invalid restart policy format: no policy provided before colon');
  }
  const count = retries === undefined || retries === '' ? 0 : parseDecimal(retries);
  if (count === undefined) {
    throw new Error('invalid restart policy format: maximum retry count must be an integer');
  }
  return { Name: name, MaximumRetryCount: count };
}

function healthcheckOf(flags: ParsedFlags): HealthConfig | undefined {
  const command = flags.string('health-cmd');
  const numbers = ['interval', 'timeout', 'retries', 'start-period', 'start-interval'];
  const given = command !== '' || numbers.some((name) => flags.number(`health-${name}`) !== 0);
  if (flags.bool('no-healthcheck')) {
    if (given) throw new Error('--no-healthcheck conflicts with --health-* options');
    return { Test: ['NONE'] };
  }
  if (!given) return undefined;
  for (const name of numbers) {
    if (flags.number(`health-${name}`) < 0) throw new Error(`--health-${name} cannot be negative`);
  }
  return {
    ...(command === '' ? {} : { Test: ['CMD-SHELL', command] }),
    Interval: flags.number('health-interval'),
    Timeout: flags.number('health-timeout'),
    Retries: flags.number('health-retries'),
    StartPeriod: flags.number('health-start-period'),
    StartInterval: flags.number('health-start-interval'),
  };
}

function pairs(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(lines.map((line) => [cut(line, '=')[0], cut(line, '=')[1] ?? '']));
}

function orNull<T>(values: readonly T[]): readonly T[] | null {
  return values.length > 0 ? values : null;
}
