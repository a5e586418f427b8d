/** `POST /containers/create`: what is refused, and what inspect shows of what is taken. */
import type { Step, Topic } from '../scenario.ts';

const json = { 'content-type': 'application/json' };

/** A refused creation; `Image` is busybox unless told. */
function refused(config: object, name?: string): Step {
  const query = name === undefined ? '' : `?name=${encodeURIComponent(name)}`;
  return {
    request: `POST /containers/create${query}`,
    body: { Image: 'busybox', ...config },
  };
}

const host = (config: object): Step => refused({ HostConfig: config });
const mount = (config: object): Step => host({ Mounts: [config] });

export const createErrors: Topic = {
  name: 'create-errors',
  scenarios: [
    {
      name: 'bodies',
      steps: [
        { request: 'POST /containers/create' },
        { request: 'POST /containers/create', text: '', headers: json },
        { request: 'POST /containers/create', text: '{', headers: json },
        { request: 'POST /containers/create', text: '{"Image":"busybox"} {}', headers: json },
        { request: 'POST /containers/create', text: '[]', headers: json },
        { request: 'POST /containers/create', text: 'null', headers: json },
        { request: 'POST /containers/create', text: '"x"', headers: json },
        { request: 'POST /containers/create', text: '{"Image" "x"}', headers: json },
        { request: 'POST /containers/create', text: '{"Image":"x"', headers: json },
        { request: 'POST /containers/create', text: '{,}', headers: json },
        {
          request: 'POST /containers/create',
          text: '{}',
          headers: { 'content-type': 'text/plain' },
        },
        { request: 'POST /containers/create', body: {} },
      ],
    },
    {
      name: 'wrong types',
      steps: [
        refused({ Env: 'x' }),
        refused({ Env: [1] }),
        refused({ Cmd: 1 }),
        refused({ Image: 1 }),
        refused({ Tty: 'yes' }),
        refused({ Labels: ['x'] }),
        refused({ Labels: { a: 1 } }),
        refused({ ExposedPorts: ['80'] }),
        refused({ Volumes: 'x' }),
        refused({ StopTimeout: 'x' }),
        refused({ Healthcheck: 'x' }),
        refused({ HostConfig: 'x' }),
        host({ Memory: 'x' }),
        host({ Memory: 1.5 }),
        host({ Binds: '/a:/b' }),
        host({ PortBindings: [] }),
        host({ PortBindings: { '80/tcp': 'x' } }),
        host({ RestartPolicy: 'always' }),
        host({ Ulimits: [{ Name: 1 }] }),
        host({ Mounts: [1] }),
        host({ ConsoleSize: ['a', 'b'] }),
        host({ LogConfig: { Config: { a: 1 } } }),
        host({ Devices: {} }),
      ],
    },
    {
      name: 'names',
      steps: [
        refused({}, '%'),
        refused({}, '-a'),
        refused({}, 'a'),
        refused({}, 'a/b'),
        refused({}, '/'),
        refused({}, 'a b'),
        { ...refused({}, 'taken'), save: { t: 'Id' } },
        refused({}, 'taken'),
        refused({}, '/taken'),
      ],
    },
    {
      name: 'images',
      steps: [
        refused({ Image: '' }),
        refused({ Image: 'nosuch' }),
        refused({ Image: 'nosuch:1.0' }),
        refused({ Image: 'example.org/nosuch' }),
        refused({ Image: 'UPPER' }),
        refused({ Image: 'a:b:c' }),
        refused({
          Image: 'sha256:0000000000000000000000000000000000000000000000000000000000000000',
        }),
        refused({ Image: 'bare' }),
        refused({ Image: 'bare', Entrypoint: [] }),
        { request: 'POST /containers/create?platform=nosuch', body: { Image: 'busybox' } },
        { request: 'POST /containers/create?platform=linux/s390x', body: { Image: 'busybox' } },
      ],
    },
    {
      name: 'configuration',
      steps: [
        refused({ WorkingDir: 'relative' }),
        refused({ StopSignal: 'NOSUCH' }),
        refused({ StopSignal: '0' }),
        refused({ StopSignal: '65' }),
        refused({ Env: [''] }),
        refused({ Env: ['=x'] }),
        refused({ ExposedPorts: { x: {} } }),
        refused({ ExposedPorts: { '80/nosuch': {} } }),
        refused({ ExposedPorts: { '99999/tcp': {} } }),
        refused({ Hostname: 'a'.repeat(64) }),
        refused({ Healthcheck: { Interval: -1 } }),
        refused({ Healthcheck: { Interval: 1 } }),
        refused({ Healthcheck: { Timeout: 1 } }),
        refused({ Healthcheck: { StartPeriod: 1 } }),
        refused({ Healthcheck: { Retries: -1 } }),
        refused({ MacAddress: 'x' }),
        refused({ Volumes: { '/': {} } }),
        refused({ Volumes: { relative: {} } }),
      ],
    },
    {
      name: 'resources',
      steps: [
        host({ Memory: 1 }),
        host({ Memory: -1 }),
        host({ MemorySwap: 10_000_000 }),
        host({ Memory: 10_000_000, MemorySwap: 8_000_000 }),
        host({ MemoryReservation: 1 }),
        host({ Memory: 10_000_000, MemoryReservation: 20_000_000 }),
        host({ MemorySwappiness: 101 }),
        host({ MemorySwappiness: -2 }),
        host({ NanoCpus: 1_000_000_000, CpuPeriod: 1000 }),
        host({ NanoCpus: 1_000_000_000, CpuQuota: 1000 }),
        host({ CpuPeriod: 1 }),
        host({ CpuQuota: 1 }),
        host({ CpuShares: -1 }),
        host({ CpusetCpus: 'x' }),
        host({ CpusetMems: 'x' }),
        host({ BlkioWeight: 1 }),
        host({ ShmSize: -1 }),
        host({ OomScoreAdj: -1001 }),
        host({ OomScoreAdj: 1001 }),
        host({ Ulimits: [{ Name: 'nosuch', Soft: 1, Hard: 1 }] }),
        host({ Ulimits: [{ Name: 'nofile', Soft: 2, Hard: 1 }] }),
      ],
    },
    {
      name: 'policies and modes',
      steps: [
        host({ RestartPolicy: { Name: 'nosuch' } }),
        host({ RestartPolicy: { Name: 'always', MaximumRetryCount: 1 } }),
        host({ RestartPolicy: { Name: 'no', MaximumRetryCount: 1 } }),
        host({ RestartPolicy: { Name: 'on-failure', MaximumRetryCount: -1 } }),
        host({ RestartPolicy: { MaximumRetryCount: 1 } }),
        host({ AutoRemove: true, RestartPolicy: { Name: 'always' } }),
        host({ LogConfig: { Type: 'nosuch' } }),
        host({ LogConfig: { Type: 'json-file', Config: { nosuch: '1' } } }),
        host({ LogConfig: { Type: 'json-file', Config: { 'max-size': 'x' } } }),
        host({ LogConfig: { Type: 'json-file', Config: { 'max-file': 'x' } } }),
        host({ LogConfig: { Type: 'local', Config: { nosuch: '1' } } }),
        host({ Runtime: 'nosuch' }),
        host({ IpcMode: 'nosuch' }),
        host({ IpcMode: 'container:' }),
        host({ PidMode: 'nosuch' }),
        host({ PidMode: 'container:nosuch' }),
        host({ UTSMode: 'nosuch' }),
        host({ UsernsMode: 'nosuch' }),
        host({ CgroupnsMode: 'nosuch' }),
        host({ NetworkMode: 'container:nosuch' }),
        host({ NetworkMode: 'container:' }),
        host({ NetworkMode: 'host', PortBindings: { '80/tcp': [{ HostPort: '80' }] } }),
        host({ CapAdd: ['NOSUCH'] }),
        host({ CapDrop: ['NOSUCH'] }),
        host({ SecurityOpt: ['nosuch'] }),
        host({ SecurityOpt: ['nosuch=1'] }),
        host({ SecurityOpt: ['systempaths=unconfined'] }),
        host({ Sysctls: { nosuch: '1' } }),
        host({ Isolation: 'nosuch' }),
        host({ ExtraHosts: ['nosuch'] }),
        host({ ExtraHosts: ['a:b'] }),
        host({ Dns: ['nosuch'] }),
        host({ DnsSearch: ['no such'] }),
        host({ Links: ['nosuch'] }),
        host({ Links: ['nosuch:a'] }),
        host({ VolumesFrom: ['nosuch'] }),
        host({ VolumesFrom: ['nosuch:nosuch'] }),
        host({
          Devices: [
            { PathOnHost: '/dev/null', PathInContainer: '/dev/null', CgroupPermissions: 'x' },
          ],
        }),
        host({ DeviceCgroupRules: ['nosuch'] }),
        host({ DeviceRequests: [{ Driver: 'nosuch', Count: 1 }] }),
        host({ Tmpfs: { '/a': 'nosuch' } }),
        host({ Tmpfs: { relative: '' } }),
        host({ Tmpfs: { '/': '' } }),
        host({ StorageOpt: { nosuch: '1' } }),
        host({ GroupAdd: ['nosuch'] }),
      ],
    },
    {
      name: 'ports',
      steps: [
        host({ PortBindings: { 'x/tcp': [{ HostPort: '1' }] } }),
        host({ PortBindings: { '80/tcp': [{ HostPort: 'x' }] } }),
        host({ PortBindings: { '80/nosuch': [{ HostPort: '1' }] } }),
        host({ PortBindings: { '99999/tcp': [{ HostPort: '1' }] } }),
        host({ PortBindings: { '80/tcp': [{ HostPort: '99999' }] } }),
        host({ PortBindings: { '80/tcp': [{ HostIp: 'x', HostPort: '80' }] } }),
      ],
    },
    {
      name: 'binds',
      steps: [
        host({ Binds: ['/a:b'] }),
        host({ Binds: ['a/b:/c'] }),
        host({ Binds: ['.:/c'] }),
        host({ Binds: ['/a:/'] }),
        host({ Binds: ['/a:/b:nosuch'] }),
        host({ Binds: ['/a:/b:ro,rw'] }),
        host({ Binds: ['/a:/b:c:d'] }),
        host({ Binds: [':/b'] }),
        host({ Binds: ['/a:'] }),
        host({ Binds: [''] }),
        host({ Binds: ['/tmp:/b', '/tmp:/b'] }),
        host({ Binds: ['_:/b'] }),
        host({ Binds: ['a:/b:shared'] }),
        host({ Binds: ['a:/b:nocopy,copy'] }),
      ],
    },
    {
      name: 'mounts',
      steps: [
        mount({ Type: 'nosuch', Target: '/a' }),
        mount({ Target: '/a' }),
        mount({ Type: 'volume' }),
        mount({ Type: 'volume', Target: 'a' }),
        mount({ Type: 'volume', Target: '/' }),
        mount({ Type: 'volume', Source: 'a/b', Target: '/a' }),
        mount({ Type: 'volume', Target: '/a', ReadOnly: true }),
        mount({ Type: 'volume', Source: 'a', Target: '/a', BindOptions: {} }),
        mount({
          Type: 'volume',
          Source: 'a',
          Target: '/a',
          VolumeOptions: { DriverConfig: { Name: 'nosuch' } },
        }),
        mount({ Type: 'bind', Target: '/a' }),
        mount({ Type: 'bind', Source: 'a', Target: '/a' }),
        mount({ Type: 'bind', Source: '/no/such', Target: '/a' }),
        mount({ Type: 'bind', Source: '/tmp', Target: '/' }),
        mount({ Type: 'bind', Source: '/tmp', Target: '/a', VolumeOptions: {} }),
        mount({
          Type: 'bind',
          Source: '/tmp',
          Target: '/a',
          BindOptions: { Propagation: 'nosuch' },
        }),
        mount({ Type: 'tmpfs', Source: 'a', Target: '/a' }),
        mount({ Type: 'tmpfs', Target: '/a', BindOptions: {} }),
        mount({ Type: 'tmpfs', Target: '/a', TmpfsOptions: { SizeBytes: -1 } }),
        mount({ Type: 'npipe', Source: 'a', Target: '/a' }),
        host({
          Mounts: [
            { Type: 'tmpfs', Target: '/a' },
            { Type: 'tmpfs', Target: '/a' },
          ],
        }),
        host({ Binds: ['/tmp:/a'], Mounts: [{ Type: 'tmpfs', Target: '/a' }] }),
      ],
    },
    {
      name: 'networks',
      steps: [
        refused({ NetworkingConfig: 'x' }),
        refused({ NetworkingConfig: { EndpointsConfig: { a: 'x' } } }),
        refused({
          HostConfig: { NetworkMode: 'none' },
          NetworkingConfig: { EndpointsConfig: { none: { IPAMConfig: { IPv4Address: 'x' } } } },
        }),
      ],
    },
  ],
};

/** Created, then inspected: all of it, or what is picked. */
function inspected(config: object, pick?: readonly string[]): Step[] {
  return [
    {
      request: 'POST /containers/create?name=a1',
      body: { Image: 'busybox', ...config },
      save: { a: 'Id' },
    },
    { request: 'GET /containers/$a/json', ...(pick === undefined ? {} : { pick }) },
    { request: 'DELETE /containers/$a?v=1' },
  ];
}

const hostFields = (...names: readonly string[]) => names.map((name) => `HostConfig.${name}`);

export const createInspect: Topic = {
  name: 'create-inspect',
  scenarios: [
    { name: 'defaults', steps: inspected({}) },
    { name: 'all that an image gives', steps: inspected({ Image: 'web:1.0' }) },
    {
      name: 'what overrides an image',
      steps: [
        ...inspected(
          {
            Image: 'example.org/team/web',
            Hostname: 'h',
            Domainname: 'd',
            User: 'root',
            Env: ['COLOUR=red', 'NEW=1', 'BARE'],
            Cmd: ['x'],
            Entrypoint: ['y', 'z'],
            WorkingDir: '/a/../b/',
            Labels: { tier: 'back', own: '' },
            StopSignal: 'SIGTERM',
            StopTimeout: 3,
            ExposedPorts: { '81/tcp': {} },
            Volumes: { '/more': {} },
            Healthcheck: { Test: ['NONE'] },
            Shell: ['sh'],
            Tty: true,
            OpenStdin: true,
            StdinOnce: true,
            AttachStdin: true,
            AttachStdout: true,
            AttachStderr: true,
          },
          ['Config', 'Path', 'Args', 'Image'],
        ),
        ...inspected({ Image: 'web:1.0', Entrypoint: ['only'] }, [
          'Config.Cmd',
          'Config.Entrypoint',
          'Path',
          'Args',
        ]),
        ...inspected({ Image: 'web:1.0', Cmd: ['only'] }, [
          'Config.Cmd',
          'Config.Entrypoint',
          'Path',
          'Args',
        ]),
        ...inspected({ Image: 'web:1.0', Entrypoint: [''], Cmd: ['only'] }, [
          'Config.Cmd',
          'Config.Entrypoint',
          'Path',
          'Args',
        ]),
        ...inspected({ Image: 'web:1.0', Healthcheck: { Retries: 2 } }, ['Config.Healthcheck']),
        ...inspected({ Cmd: 'a string' }, ['Config.Cmd', 'Path', 'Args']),
        ...inspected({ Env: ['A=1', 'A=2', 'PATH=/x'] }, ['Config.Env']),
        ...inspected({ HostConfig: { NetworkMode: 'container:nosuch' } }).slice(0, 0),
      ],
    },
    {
      name: 'resources',
      steps: [
        ...inspected(
          {
            HostConfig: {
              Memory: 16_777_216,
              MemoryReservation: 8_388_608,
              CpuShares: 512,
              CpuPeriod: 50_000,
              CpuQuota: 25_000,
              PidsLimit: 10,
              ShmSize: 1_048_576,
              OomScoreAdj: 100,
              Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }],
            },
          },
          hostFields(
            'Memory', 'MemorySwap', 'MemoryReservation', 'MemorySwappiness', 'CpuShares', 'CpuPeriod', 'CpuQuota',
            'NanoCpus', 'PidsLimit', 'ShmSize', 'OomScoreAdj', 'Ulimits',
          ),
        ), // prettier-ignore
        ...inspected(
          { HostConfig: { Memory: 16_777_216, MemorySwap: -1 } },
          hostFields('Memory', 'MemorySwap'),
        ),
        ...inspected(
          { HostConfig: { NanoCpus: 500_000_000 } },
          hostFields('NanoCpus', 'CpuPeriod', 'CpuQuota'),
        ),
        ...inspected({ HostConfig: { PidsLimit: 0 } }, hostFields('PidsLimit')),
        ...inspected({ HostConfig: { PidsLimit: -1 } }, hostFields('PidsLimit')),
      ],
    },
    {
      name: 'security',
      steps: [
        ...inspected(
          {
            HostConfig: {
              CapAdd: ['sys_admin', 'CAP_NET_ADMIN'],
              CapDrop: ['all'],
              SecurityOpt: ['no-new-privileges'],
              GroupAdd: ['daemon', '7'],
              ReadonlyRootfs: true,
              PidMode: 'host',
              IpcMode: 'shareable',
              UTSMode: 'host',
              UsernsMode: 'host',
              CgroupnsMode: 'private',
              MaskedPaths: ['/x'],
              ReadonlyPaths: [],
            },
          },
          hostFields(
            'CapAdd', 'CapDrop', 'SecurityOpt', 'GroupAdd', 'ReadonlyRootfs', 'PidMode', 'IpcMode', 'UTSMode',
            'UsernsMode', 'CgroupnsMode', 'MaskedPaths', 'ReadonlyPaths',
          ),
        ), // prettier-ignore
        ...inspected(
          { HostConfig: { Privileged: true } },
          hostFields(
            'Privileged',
            'CapAdd',
            'SecurityOpt',
            'MaskedPaths',
            'ReadonlyPaths',
            'IpcMode',
          ),
        ),
        ...inspected({ HostConfig: { Init: true } }, hostFields('Init')),
      ],
    },
    {
      name: 'networks',
      steps: [
        ...inspected({ HostConfig: { NetworkMode: 'none' } }, [
          'HostConfig.NetworkMode',
          'NetworkSettings',
          'Config.Hostname',
        ]),
        ...inspected({ HostConfig: { NetworkMode: 'host' } }, [
          'HostConfig.NetworkMode',
          'NetworkSettings.Networks',
        ]),
        ...inspected({ HostConfig: { NetworkMode: 'bridge' } }, [
          'HostConfig.NetworkMode',
          'NetworkSettings.Networks',
        ]),
        ...inspected({ NetworkDisabled: true }, [
          'HostConfig.NetworkMode',
          'Config.NetworkDisabled',
          'NetworkSettings.Networks',
        ]),
        ...inspected(
          {
            ExposedPorts: { '90/tcp': {} },
            HostConfig: {
              PortBindings: { '80/tcp': [{ HostPort: '8080' }], '81/udp': [{ HostIp: '127.0.0.1', HostPort: '' }] },
              PublishAllPorts: true,
              Dns: ['9.9.9.9'],
              DnsSearch: ['example.org'],
              DnsOptions: ['ndots:1'],
              ExtraHosts: ['a:1.2.3.4'],
            },
          },
          [
            'Config.ExposedPorts', 'NetworkSettings.Ports',
            ...hostFields('PortBindings', 'PublishAllPorts', 'Dns', 'DnsSearch', 'DnsOptions', 'ExtraHosts'),
          ],
        ), // prettier-ignore
      ],
    },
    {
      name: 'policies',
      steps: [
        ...inspected(
          {
            HostConfig: {
              RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
              LogConfig: { Type: 'local', Config: { 'max-size': '1m' } },
            },
          },
          hostFields('RestartPolicy', 'LogConfig'),
        ),
        ...inspected({ HostConfig: { RestartPolicy: { Name: '' } } }, hostFields('RestartPolicy')),
        ...inspected(
          { HostConfig: { LogConfig: { Config: { 'max-file': '2' } } } },
          hostFields('LogConfig'),
        ),
        ...inspected({ HostConfig: { LogConfig: { Type: 'none' } } }, [
          ...hostFields('LogConfig'),
          'LogPath',
        ]),
        ...inspected({ HostConfig: { AutoRemove: true } }, hostFields('AutoRemove')),
        ...inspected({ HostConfig: { Annotations: { a: 'b' } } }, hostFields('Annotations')),
      ],
    },
    {
      name: 'mounts',
      steps: [
        ...inspected(
          {
            HostConfig: {
              Binds: [
                '/tmp:/b1',
                '/tmp:/b2:ro',
                'named:/v1',
                'named:/v2:ro,nocopy',
                '/tmp:/b3:rw,rslave',
              ],
              Tmpfs: { '/t1': 'size=1m' },
              Mounts: [
                { Type: 'bind', Source: '/tmp', Target: '/m1', ReadOnly: true },
                { Type: 'volume', Source: 'named', Target: '/m2' },
                {
                  Type: 'tmpfs',
                  Target: '/m4',
                  TmpfsOptions: { SizeBytes: 1_048_576, Mode: 0o700 },
                },
                {
                  Type: 'volume',
                  Source: 'labelled',
                  Target: '/m5',
                  VolumeOptions: { Labels: { a: 'b' }, NoCopy: true },
                },
              ],
            },
          },
          ['HostConfig.Binds', 'HostConfig.Tmpfs', 'HostConfig.Mounts', 'Mounts', 'Config.Volumes'],
        ).map((step) =>
          step.pick === undefined ? step : { ...step, sort: { Mounts: 'Destination' } },
        ),
        { request: 'GET /volumes/labelled' },
        ...inspected({ Volumes: { '/a': {}, '/b/': {} }, HostConfig: { Binds: ['/c'] } }, [
          'HostConfig.Binds',
          'Mounts',
          'Config.Volumes',
        ]).map((step) =>
          step.pick === undefined ? step : { ...step, sort: { Mounts: 'Destination' } },
        ),
        {
          request: 'POST /containers/create?name=from',
          body: { Image: 'busybox', HostConfig: { Binds: ['named:/n', '/tmp:/t'] } },
        },
        ...inspected({ HostConfig: { VolumesFrom: ['from:ro'] } }, [
          'HostConfig.VolumesFrom',
          'Mounts',
        ]).map((step) =>
          step.pick === undefined ? step : { ...step, sort: { Mounts: 'Destination' } },
        ),
      ],
    },
  ],
};
