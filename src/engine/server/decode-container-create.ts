/** The fields of `POST /containers/create` and what types they have. */
import type { ContainerConfig, ContainerCreateRequest } from '../../api/container.ts';
import { KindError } from '../../lib/errors.ts';
import { checkFields, type Fields } from './decode.ts';

const health: Fields = {
  Test: 'strings',
  Interval: 'number',
  Timeout: 'number',
  Retries: 'number',
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
    struct: {
      Propagation: 'string',
      NonRecursive: 'boolean',
      CreateMountpoint: 'boolean',
      ReadOnlyNonRecursive: 'boolean',
      ReadOnlyForceRecursive: 'boolean',
    },
  },
  VolumeOptions: {
    struct: {
      NoCopy: 'boolean',
      Labels: 'string map',
      Subpath: 'string',
      DriverConfig: { struct: { Name: 'string', Options: 'string map' } },
    },
  },
  ImageOptions: { struct: { Subpath: 'string' } },
  TmpfsOptions: { struct: { SizeBytes: 'number', Mode: 'number', Options: 'string lists' } },
};

const throttle: Fields = { Path: 'string', Rate: 'number' };

const resources: Fields = {
  CpuShares: 'number',
  Memory: 'number',
  NanoCpus: 'number',
  CgroupParent: 'string',
  BlkioWeight: 'number',
  BlkioWeightDevice: { list: { Path: 'string', Weight: 'number' } },
  BlkioDeviceReadBps: { list: throttle },
  BlkioDeviceWriteBps: { list: throttle },
  BlkioDeviceReadIOps: { list: throttle },
  BlkioDeviceWriteIOps: { list: throttle },
  CpuPeriod: 'number',
  CpuQuota: 'number',
  CpuRealtimePeriod: 'number',
  CpuRealtimeRuntime: 'number',
  CpusetCpus: 'string',
  CpusetMems: 'string',
  Devices: {
    list: { PathOnHost: 'string', PathInContainer: 'string', CgroupPermissions: 'string' },
  },
  DeviceCgroupRules: 'strings',
  DeviceRequests: {
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
  Ulimits: { list: { Name: 'string', Soft: 'number', Hard: 'number' } },
  CpuCount: 'number',
  CpuPercent: 'number',
  IOMaximumIOps: 'number',
  IOMaximumBandwidth: 'number',
};

const hostConfig: Fields = {
  ...resources,
  Binds: 'strings',
  ContainerIDFile: 'string',
  LogConfig: { struct: { Type: 'string', Config: 'string map' } },
  NetworkMode: 'string',
  PortBindings: { lists: { HostIp: 'string', HostPort: 'string' } },
  RestartPolicy: { struct: { Name: 'string', MaximumRetryCount: 'number' } },
  AutoRemove: 'boolean',
  VolumeDriver: 'string',
  VolumesFrom: 'strings',
  Mounts: { list: mount },
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
  OomScoreAdj: 'number',
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
  ExposedPorts: 'set',
  Tty: 'boolean',
  OpenStdin: 'boolean',
  StdinOnce: 'boolean',
  Env: 'strings',
  Cmd: 'strings',
  Healthcheck: { struct: health },
  ArgsEscaped: 'boolean',
  Image: 'string',
  Volumes: 'set',
  WorkingDir: 'string',
  Entrypoint: 'strings',
  NetworkDisabled: 'boolean',
  MacAddress: 'string',
  OnBuild: 'strings',
  Labels: 'string map',
  StopSignal: 'string',
  StopTimeout: 'number',
  Shell: 'strings',
};

const containerCreate: Fields = {
  ...containerConfig,
  HostConfig: { struct: hostConfig },
  NetworkingConfig: { struct: {} },
};

/** Cmd and Entrypoint may also be one string; an empty body is Docker's own error. */
export function decodeContainerCreate(
  body: Readonly<Record<string, unknown>>,
): ContainerCreateRequest {
  if (Object.keys(body).length === 0) {
    const message = 'config cannot be empty in order to create a container';
    throw new KindError('invalidParameter', message);
  }
  const checked = checkFields(withStringLists(body), containerCreate);
  return { ...(checked as ContainerCreateRequest), ...networking(body) };
}

/** A container's configuration alone, as commit takes it. */
export function decodeContainerConfig(body: Readonly<Record<string, unknown>>): ContainerConfig {
  return checkFields(withStringLists(body), containerConfig) as ContainerConfig;
}

function withStringLists(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const request = { ...body };
  for (const key of ['Cmd', 'Entrypoint'])
    if (typeof request[key] === 'string') request[key] = [request[key]];
  return request;
}

/** Endpoint settings are only looked at by name so far: they pass through as they are. */
function networking(body: Readonly<Record<string, unknown>>): ContainerCreateRequest {
  const value = body['NetworkingConfig'];
  if (typeof value !== 'object' || value === null) return {};
  return { NetworkingConfig: value };
}
