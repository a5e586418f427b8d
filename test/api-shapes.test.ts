/** Every required field of what list and inspect answer is there and has its type: Engine API v1.51, as a table. */
import { describe, expect, test } from 'vitest';
import { createFakeEngine } from './support/fake-engine.ts';

/** `?` behind a type: null is one of its values. */
type Shape = Readonly<Record<string, 'string' | 'number' | 'boolean' | 'array' | 'object' | 'array?' | 'object?' | 'boolean?' | 'number?'>>; // prettier-ignore

const shapes = {
  containerInspect: {
    Id: 'string', Created: 'string', Path: 'string', Args: 'array', State: 'object', Image: 'string',
    ResolvConfPath: 'string', HostnamePath: 'string', HostsPath: 'string', LogPath: 'string', Name: 'string',
    RestartCount: 'number', Driver: 'string', Platform: 'string', MountLabel: 'string', ProcessLabel: 'string',
    AppArmorProfile: 'string', ExecIDs: 'array?', HostConfig: 'object', GraphDriver: 'object', Mounts: 'array',
    Config: 'object', NetworkSettings: 'object',
  },
  containerState: {
    Status: 'string', Running: 'boolean', Paused: 'boolean', Restarting: 'boolean', OOMKilled: 'boolean',
    Dead: 'boolean', Pid: 'number', ExitCode: 'number', Error: 'string', StartedAt: 'string', FinishedAt: 'string',
  },
  containerConfig: {
    Hostname: 'string', Domainname: 'string', User: 'string', AttachStdin: 'boolean', AttachStdout: 'boolean',
    AttachStderr: 'boolean', Tty: 'boolean', OpenStdin: 'boolean', StdinOnce: 'boolean', Env: 'array?', Cmd: 'array?',
    Image: 'string', Volumes: 'object?', WorkingDir: 'string', Entrypoint: 'array?', OnBuild: 'array?',
    Labels: 'object',
  },
  hostConfig: {
    CpuShares: 'number', Memory: 'number', CgroupParent: 'string', BlkioWeight: 'number', BlkioWeightDevice: 'array?',
    BlkioDeviceReadBps: 'array?', BlkioDeviceWriteBps: 'array?', BlkioDeviceReadIOps: 'array?',
    BlkioDeviceWriteIOps: 'array?', CpuPeriod: 'number', CpuQuota: 'number', CpuRealtimePeriod: 'number',
    CpuRealtimeRuntime: 'number', CpusetCpus: 'string', CpusetMems: 'string', Devices: 'array?',
    DeviceCgroupRules: 'array?', DeviceRequests: 'array?', MemoryReservation: 'number', MemorySwap: 'number',
    MemorySwappiness: 'number?', NanoCpus: 'number', OomKillDisable: 'boolean?', PidsLimit: 'number?',
    Ulimits: 'array?', CpuCount: 'number', CpuPercent: 'number', IOMaximumIOps: 'number',
    IOMaximumBandwidth: 'number', Binds: 'array?', ContainerIDFile: 'string', LogConfig: 'object',
    NetworkMode: 'string', PortBindings: 'object?', RestartPolicy: 'object', AutoRemove: 'boolean',
    VolumeDriver: 'string', VolumesFrom: 'array?', ConsoleSize: 'array', CapAdd: 'array?', CapDrop: 'array?',
    CgroupnsMode: 'string', Dns: 'array?', DnsOptions: 'array?', DnsSearch: 'array?', ExtraHosts: 'array?',
    GroupAdd: 'array?', IpcMode: 'string', Cgroup: 'string', Links: 'array?', OomScoreAdj: 'number',
    PidMode: 'string', Privileged: 'boolean', PublishAllPorts: 'boolean', ReadonlyRootfs: 'boolean',
    SecurityOpt: 'array?', UTSMode: 'string', UsernsMode: 'string', ShmSize: 'number', Runtime: 'string',
    Isolation: 'string', MaskedPaths: 'array?', ReadonlyPaths: 'array?',
  },
  networkSettings: {
    Bridge: 'string', SandboxID: 'string', HairpinMode: 'boolean', LinkLocalIPv6Address: 'string',
    LinkLocalIPv6PrefixLen: 'number', Ports: 'object', SandboxKey: 'string', SecondaryIPAddresses: 'array?',
    SecondaryIPv6Addresses: 'array?', EndpointID: 'string', Gateway: 'string', GlobalIPv6Address: 'string',
    GlobalIPv6PrefixLen: 'number', IPAddress: 'string', IPPrefixLen: 'number', IPv6Gateway: 'string',
    MacAddress: 'string', Networks: 'object',
  },
  containerSummary: {
    Id: 'string', Names: 'array', Image: 'string', ImageID: 'string', Command: 'string', Created: 'number',
    Ports: 'array', Labels: 'object', State: 'string', Status: 'string', HostConfig: 'object',
    NetworkSettings: 'object', Mounts: 'array',
  },
  mountPoint: {
    Type: 'string', Source: 'string', Destination: 'string', Mode: 'string', RW: 'boolean', Propagation: 'string',
  },
  imageInspect: {
    Id: 'string', RepoTags: 'array', RepoDigests: 'array', Parent: 'string', Comment: 'string', Created: 'string',
    DockerVersion: 'string', Author: 'string', Config: 'object', Architecture: 'string', Os: 'string',
    Size: 'number', GraphDriver: 'object', RootFS: 'object', Metadata: 'object',
  },
  imageSummary: {
    Id: 'string', ParentId: 'string', RepoTags: 'array', RepoDigests: 'array', Created: 'number', Size: 'number',
    SharedSize: 'number', Labels: 'object?', Containers: 'number',
  },
  driverData: { Name: 'string', Data: 'object' },
  port: { PrivatePort: 'number', Type: 'string' },
  component: { Name: 'string', Version: 'string' },
  volume: {
    Name: 'string', Driver: 'string', Mountpoint: 'string', CreatedAt: 'string', Labels: 'object?', Scope: 'string',
    Options: 'object?',
  },
  exec: {
    ID: 'string', Running: 'boolean', ExitCode: 'number?', ProcessConfig: 'object', OpenStdin: 'boolean',
    OpenStderr: 'boolean', OpenStdout: 'boolean', CanRemove: 'boolean', ContainerID: 'string', DetachKeys: 'string',
    Pid: 'number',
  },
  version: {
    Platform: 'object', Components: 'array', Version: 'string', ApiVersion: 'string', MinAPIVersion: 'string',
    GitCommit: 'string', GoVersion: 'string', Os: 'string', Arch: 'string', KernelVersion: 'string',
    BuildTime: 'string',
  },
  info: {
    ID: 'string', Containers: 'number', ContainersRunning: 'number', ContainersPaused: 'number',
    ContainersStopped: 'number', Images: 'number', Driver: 'string', DriverStatus: 'array', DockerRootDir: 'string',
    Plugins: 'object', MemoryLimit: 'boolean', SwapLimit: 'boolean', CpuCfsPeriod: 'boolean', CpuCfsQuota: 'boolean',
    CPUShares: 'boolean', CPUSet: 'boolean', PidsLimit: 'boolean', OomKillDisable: 'boolean',
    IPv4Forwarding: 'boolean', Debug: 'boolean', NFd: 'number', NGoroutines: 'number', SystemTime: 'string',
    LoggingDriver: 'string', CgroupDriver: 'string', CgroupVersion: 'string', NEventsListener: 'number',
    KernelVersion: 'string', OperatingSystem: 'string', OSType: 'string', Architecture: 'string', NCPU: 'number',
    MemTotal: 'number', IndexServerAddress: 'string', RegistryConfig: 'object', HttpProxy: 'string',
    HttpsProxy: 'string', NoProxy: 'string', Name: 'string', Labels: 'array', ExperimentalBuild: 'boolean',
    ServerVersion: 'string', Runtimes: 'object', DefaultRuntime: 'string', Swarm: 'object',
    LiveRestoreEnabled: 'boolean', Isolation: 'string', InitBinary: 'string', ContainerdCommit: 'object',
    RuncCommit: 'object', InitCommit: 'object', SecurityOptions: 'array',
  },
} as const satisfies Record<string, Shape>; // prettier-ignore

type Json = Readonly<Record<string, unknown>>;

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The fields that are missing or of another type. */
function faults(value: unknown, shape: Shape): string[] {
  const fields = value as Json;
  return Object.entries(shape)
    .filter(([name, type]) => {
      const found = typeOf(fields[name]);
      return found !== type.replace('?', '') && !(type.endsWith('?') && found === 'null');
    })
    .map(([name, type]) => `${name}: ${typeOf(fields[name])}, not ${type}`);
}

describe('answers have every required field with the right type', () => {
  async function prepared() {
    const engine = await createFakeEngine();
    const ExposedPorts = { '80/tcp': {} };
    const id = await engine.create({ ExposedPorts, HostConfig: { Binds: ['vol:/v'] } }, 'web');
    await engine.call('POST', '/containers/web/start');
    const { json } = await engine.call('POST', '/containers/web/exec', { Cmd: ['true'] });
    const get = async (path: string) => (await engine.call('GET', path)).json as Json;
    return { id, execId: String((json as Json)['Id']), get };
  }

  test('containers', async () => {
    const { get } = await prepared();
    const inspect = await get('/containers/web/json');
    expect(faults(inspect, shapes.containerInspect)).toEqual([]);
    expect(faults(inspect['State'], shapes.containerState)).toEqual([]);
    expect(faults(inspect['Config'], shapes.containerConfig)).toEqual([]);
    expect(faults(inspect['HostConfig'], shapes.hostConfig)).toEqual([]);
    expect(faults(inspect['NetworkSettings'], shapes.networkSettings)).toEqual([]);
    expect(faults((inspect['Mounts'] as unknown[])[0], shapes.mountPoint)).toEqual([]);
    expect(faults(inspect['GraphDriver'], shapes.driverData)).toEqual([]);
    const [summary = {}] = (await get('/containers/json')) as unknown as Json[];
    expect(faults(summary, shapes.containerSummary)).toEqual([]);
    expect(faults((summary['Ports'] as unknown[])[0], shapes.port)).toEqual([]);
  });

  test('execs, volumes and images', async () => {
    const { get, execId } = await prepared();
    const first = async (path: string) => {
      const list: unknown = await get(path);
      if (!Array.isArray(list)) throw new Error(`${path}: ${JSON.stringify(list)}`);
      const [item] = list as unknown[];
      if (item === undefined) throw new Error(`Nothing in ${path}`);
      return item;
    };
    expect(faults(await get(`/exec/${execId}/json`), shapes.exec)).toEqual([]);
    expect(faults(await get('/volumes/vol'), shapes.volume)).toEqual([]);
    expect(faults(await get('/volumes'), { Volumes: 'array', Warnings: 'array?' })).toEqual([]);
    const image = await get('/images/busybox/json');
    expect(faults(image, shapes.imageInspect)).toEqual([]);
    // The fake image has no layers, and so no data.
    expect(faults(image['GraphDriver'], { Name: 'string', Data: 'object?' })).toEqual([]);
    expect(faults(image['RootFS'], { Type: 'string' })).toEqual([]);
    expect(faults(await first('/images/json'), shapes.imageSummary)).toEqual([]);
  });

  test('version and info', async () => {
    const { get } = await prepared();
    const version = await get('/version');
    expect(faults(version, shapes.version)).toEqual([]);
    expect(faults(version['Platform'], { Name: 'string' })).toEqual([]);
    for (const one of version['Components'] as unknown[])
      expect(faults(one, shapes.component)).toEqual([]);
    expect(faults(await get('/info'), shapes.info)).toEqual([]);
  });
});
