/** The fields of `POST /containers/create` and what types they have. */
import type {
  ContainerConfig,
  ContainerCreateRequest,
  ContainerUpdateRequest,
} from '../../api/container.ts';
import { KindError } from '../../lib/errors.ts';
import { checkFields, embed, type Fields, type FieldType } from './decode.ts';

const health: Fields = {
  Test: 'strings',
  Interval: 'number',
  Timeout: 'number',
  Retries: 'int',
  StartPeriod: 'number',
  StartInterval: 'number',
};

const mount: Fields = {
  Type: 'string',
  Source: 'string',
  Target: 'string',
  ReadOnly: 'boolean',
  Consistency: 'string',
  BindOptions: {
    go: 'mount.BindOptions',
    struct: {
      Propagation: 'string',
      NonRecursive: 'boolean',
      CreateMountpoint: 'boolean',
      ReadOnlyNonRecursive: 'boolean',
      ReadOnlyForceRecursive: 'boolean',
    },
  },
  VolumeOptions: {
    go: 'mount.VolumeOptions',
    struct: {
      NoCopy: 'boolean',
      Labels: 'string map',
      Subpath: 'string',
      DriverConfig: { go: 'mount.Driver', struct: { Name: 'string', Options: 'string map' } },
    },
  },
  ImageOptions: { go: 'mount.ImageOptions', struct: { Subpath: 'string' } },
  TmpfsOptions: {
    go: 'mount.TmpfsOptions',
    struct: { SizeBytes: 'number', Mode: 'number', Options: 'string lists' },
  },
};

const throttle = {
  go: '*blkiodev.ThrottleDevice',
  list: { Path: 'string', Rate: 'number' },
} as const;

const resources: Fields = {
  CpuShares: 'number',
  Memory: 'number',
  NanoCpus: 'number',
  CgroupParent: 'string',
  BlkioWeight: 'number',
  BlkioWeightDevice: {
    go: '*blkiodev.WeightDevice',
    list: { Path: 'string', Weight: 'number' },
  },
  BlkioDeviceReadBps: throttle,
  BlkioDeviceWriteBps: throttle,
  BlkioDeviceReadIOps: throttle,
  BlkioDeviceWriteIOps: throttle,
  CpuPeriod: 'number',
  CpuQuota: 'number',
  CpuRealtimePeriod: 'number',
  CpuRealtimeRuntime: 'number',
  CpusetCpus: 'string',
  CpusetMems: 'string',
  Devices: {
    go: 'container.DeviceMapping',
    list: { PathOnHost: 'string', PathInContainer: 'string', CgroupPermissions: 'string' },
  },
  DeviceCgroupRules: 'strings',
  DeviceRequests: {
    go: 'container.DeviceRequest',
    list: {
      Driver: 'string',
      Count: 'number',
      DeviceIDs: 'strings',
      Capabilities: 'string lists',
      Options: 'string map',
    },
  },
  KernelMemory: 'number',
  KernelMemoryTCP: 'number',
  MemoryReservation: 'number',
  MemorySwap: 'number',
  MemorySwappiness: 'number',
  OomKillDisable: 'boolean',
  PidsLimit: 'number',
  Ulimits: { go: '*container.Ulimit', list: { Name: 'string', Soft: 'number', Hard: 'number' } },
  CpuCount: 'number',
  CpuPercent: 'number',
  IOMaximumIOps: 'number',
  IOMaximumBandwidth: 'number',
};

const restartPolicy: FieldType = {
  go: 'container.RestartPolicy',
  struct: { Name: 'string', MaximumRetryCount: 'int' },
};

const hostConfig: Fields = {
  ...embed('Resources', resources),
  Binds: 'strings',
  ContainerIDFile: 'string',
  LogConfig: { go: 'container.LogConfig', struct: { Type: 'string', Config: 'string map' } },
  NetworkMode: 'string',
  PortBindings: {
    go: 'nat.PortMap',
    item: 'nat.PortBinding',
    lists: { HostIp: 'string', HostPort: 'string' },
  },
  RestartPolicy: restartPolicy,
  AutoRemove: 'boolean',
  VolumeDriver: 'string',
  VolumesFrom: 'strings',
  Mounts: { go: 'mount.Mount', list: mount },
  ConsoleSize: 'numbers',
  Annotations: 'string map',
  CapAdd: 'strings',
  CapDrop: 'strings',
  CgroupnsMode: 'string',
  Dns: 'strings',
  DnsOptions: 'strings',
  DnsSearch: 'strings',
  ExtraHosts: 'strings',
  GroupAdd: 'strings',
  IpcMode: 'string',
  Cgroup: 'string',
  Links: 'strings',
  OomScoreAdj: 'int',
  PidMode: 'string',
  Privileged: 'boolean',
  PublishAllPorts: 'boolean',
  ReadonlyRootfs: 'boolean',
  SecurityOpt: 'strings',
  StorageOpt: 'string map',
  Tmpfs: 'string map',
  UTSMode: 'string',
  UsernsMode: 'string',
  ShmSize: 'number',
  Sysctls: 'string map',
  Runtime: 'string',
  Isolation: 'string',
  MaskedPaths: 'strings',
  ReadonlyPaths: 'strings',
  Init: 'boolean',
};

const containerConfig: Fields = {
  Hostname: 'string',
  Domainname: 'string',
  User: 'string',
  AttachStdin: 'boolean',
  AttachStdout: 'boolean',
  AttachStderr: 'boolean',
  ExposedPorts: { set: 'nat.PortSet' },
  Tty: 'boolean',
  OpenStdin: 'boolean',
  StdinOnce: 'boolean',
  Env: 'strings',
  Cmd: 'words',
  Healthcheck: { go: 'v1.HealthcheckConfig', struct: health },
  ArgsEscaped: 'boolean',
  Image: 'string',
  Volumes: { set: 'map[string]struct {}' },
  WorkingDir: 'string',
  Entrypoint: 'words',
  NetworkDisabled: 'boolean',
  MacAddress: 'string',
  OnBuild: 'strings',
  Labels: 'string map',
  StopSignal: 'string',
  StopTimeout: 'int',
  Shell: 'strings',
};

const containerCreate: Fields = {
  ...embed('Config', containerConfig),
  HostConfig: { go: 'container.HostConfig', struct: hostConfig },
  NetworkingConfig: {
    go: 'network.NetworkingConfig',
    struct: {
      EndpointsConfig: { go: 'map[string]*network.EndpointSettings', structs: {} },
    },
  },
};

/** Cmd and Entrypoint may also be one string; an empty body is Docker's own error. */
export function decodeContainerCreate(
  body: Readonly<Record<string, unknown>>,
): ContainerCreateRequest {
  if (Object.keys(body).length === 0) {
    const message = 'config cannot be empty in order to create a container';
    throw new KindError('invalidParameter', message);
  }
  const checked = checkFields(body, containerCreate, 'CreateRequest');
  return { ...(checked as ContainerCreateRequest), ...networking(body) };
}

/** The body of update: the resources of a HostConfig and its restart policy. */
export function decodeContainerUpdate(
  body: Readonly<Record<string, unknown>>,
): ContainerUpdateRequest {
  const fields = { ...embed('Resources', resources), RestartPolicy: restartPolicy };
  return checkFields(body, fields, 'UpdateConfig') as ContainerUpdateRequest;
}

/** A container's configuration alone, as commit takes it. */
export function decodeContainerConfig(body: Readonly<Record<string, unknown>>): ContainerConfig {
  return checkFields(body, containerConfig, 'CreateRequest') as ContainerConfig;
}

/** Endpoint settings are only looked at by name so far: they pass through as they are. */
function networking(body: Readonly<Record<string, unknown>>): ContainerCreateRequest {
  const value = body['NetworkingConfig'];
  if (typeof value !== 'object' || value === null) return {};
  return { NetworkingConfig: value };
}
