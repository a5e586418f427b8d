import { describe, expect, test } from 'vitest';
import { fakeHandler, jsonResponse, runFake } from '../testing/fake-invocation.ts';

/** The body that `docker create` with these flags sends. */
async function created(flags: readonly string[], files: Record<string, string> = {}) {
  const handler = fakeHandler({
    'POST /containers/create': () => jsonResponse({ Id: 'x', Warnings: [] }, 201),
  });
  const argv = ['create', ...flags, 'busybox'];
  const result = await runFake({ argv, handler, files, env: { HOME: '/root', SHELL: 'sh' } });
  expect(result.stderr).toBe('');
  const body = handler.requests[0]?.body;
  return JSON.parse(
    new TextDecoder().decode(body instanceof Uint8Array ? body : undefined),
  ) as unknown;
}

const table: readonly (readonly [string, readonly string[], unknown])[] = [
  ['-m', ['-m32m'], { HostConfig: { Memory: 33554432 } }],
  ['--memory-swap', ['--memory-swap', '-1'], { HostConfig: { MemorySwap: -1 } }],
  ['--cpus', ['--cpus=1.5'], { HostConfig: { NanoCpus: 1_500_000_000 } }],
  ['--pids-limit', ['--pids-limit', '64'], { HostConfig: { PidsLimit: 64 } }],
  ['-h', ['-h', 'box'], { Hostname: 'box' }],
  ['-w -u', ['-w', '/srv', '-u', '1:2'], { WorkingDir: '/srv', User: '1:2' }],
  ['-e', ['-e', 'A=b', '-e', 'HOME', '-e', 'NOPE'], { Env: ['A=b', 'HOME=/root', 'NOPE'] }],
  ['--entrypoint', ['--entrypoint', 'sh'], { Entrypoint: ['sh'] }],
  ['an empty --entrypoint', ['--entrypoint='], { Entrypoint: [''] }],
  ['-l', ['-l', 'a=b', '-l', 'c'], { Labels: { a: 'b', c: '' } }],
  [
    '-v',
    ['-v', './d:/d:ro', '-v', 'vol:/v', '-v', '/anon'],
    { HostConfig: { Binds: ['/root/d:/d:ro', 'vol:/v'] }, Volumes: { '/anon': {} } },
  ],
  [
    '--mount',
    ['--mount', 'type=bind,src=../x,dst=/y,ro'],
    { HostConfig: { Mounts: [{ Type: 'bind', Source: '/x', Target: '/y', ReadOnly: true }] } },
  ],
  [
    '--mount type=tmpfs',
    ['--mount', 'type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1770'],
    {
      HostConfig: {
        Mounts: [
          { Type: 'tmpfs', Target: '/t', TmpfsOptions: { SizeBytes: 1048576, Mode: 0o1770 } },
        ],
      },
    },
  ],
  [
    '--tmpfs',
    ['--tmpfs', '/a:size=1m', '--tmpfs', '/b'],
    { HostConfig: { Tmpfs: { '/a': 'size=1m', '/b': '' } } },
  ],
  [
    '-p',
    ['-p', '8080:80', '-p', '127.0.0.1::53/udp', '-p', '90-91:90-91'],
    {
      ExposedPorts: { '80/tcp': {}, '53/udp': {}, '90/tcp': {}, '91/tcp': {} },
      HostConfig: {
        PortBindings: {
          '80/tcp': [{ HostIp: '', HostPort: '8080' }],
          '53/udp': [{ HostIp: '127.0.0.1', HostPort: '' }],
          '90/tcp': [{ HostIp: '', HostPort: '90' }],
          '91/tcp': [{ HostIp: '', HostPort: '91' }],
        },
      },
    },
  ],
  [
    '-p target=…',
    ['-p', 'target=80,published=81,protocol=udp'],
    { HostConfig: { PortBindings: { '80/udp': [{ HostIp: '', HostPort: '81' }] } } },
  ],
  ['--expose', ['--expose', '7-8'], { ExposedPorts: { '7/tcp': {}, '8/tcp': {} } }],
  [
    '--network',
    ['--network', 'none'],
    { HostConfig: { NetworkMode: 'none' }, NetworkingConfig: { EndpointsConfig: {} } },
  ],
  [
    '--network with settings',
    ['--network', 'name=net,alias=web,ip=10.0.0.2'],
    {
      HostConfig: { NetworkMode: 'net' },
      NetworkingConfig: {
        EndpointsConfig: { net: { Aliases: ['web'], IPAMConfig: { IPv4Address: '10.0.0.2' } } },
      },
    },
  ],
  ['no --network', [], { HostConfig: { NetworkMode: 'default' } }],
  [
    '--ulimit',
    ['--ulimit', 'nofile=1:2'],
    { HostConfig: { Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }] } },
  ],
  [
    '--restart',
    ['--restart', 'on-failure:3'],
    { HostConfig: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 } } },
  ],
  [
    '--device',
    ['--device', '/dev/fuse:r'],
    {
      HostConfig: {
        Devices: [
          { PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'r' },
        ],
      },
    },
  ],
  ['--add-host', ['--add-host', 'db=[::1]'], { HostConfig: { ExtraHosts: ['db:::1'] } }],
  ['--init', ['--init'], { HostConfig: { Init: true } }],
  ['--stop-timeout', ['--stop-timeout', '3'], { StopTimeout: 3 }],
  [
    '--health-cmd',
    ['--health-cmd', 'true', '--health-interval', '1m30s'],
    { Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 90e9 } },
  ],
  [
    '--security-opt systempaths',
    ['--security-opt', 'systempaths=unconfined'],
    { HostConfig: { MaskedPaths: [], ReadonlyPaths: [], SecurityOpt: null } },
  ],
  [
    '--cap-add --cap-drop',
    ['--cap-drop', 'ALL', '--cap-add=CHOWN'],
    { HostConfig: { CapAdd: ['CAP_CHOWN'], CapDrop: ['ALL'] } },
  ],
];

describe('buildConfig()', () => {
  test.each(table)('%s', async (_, flags, expected) => {
    expect(await created(flags)).toMatchObject(expected as Record<string, unknown>);
  });

  test('reads --env-file before -e, and takes keys without value from the environment', async () => {
    const files = { '/root/env': '\ufeff# comment\nA=1\n\n  B=two words \nSHELL\nNOPE\n' };
    expect(await created(['--env-file', 'env', '-e', 'A=2'], files)).toMatchObject({
      Env: ['A=1', 'B=two words ', 'SHELL=sh', 'A=2'],
    });
  });

  test('sends a seccomp profile by its content', async () => {
    const files = { '/p.json': '{\n "defaultAction": "SCMP_ACT_ALLOW" }' };
    expect(await created(['--security-opt', 'seccomp=/p.json'], files)).toMatchObject({
      HostConfig: { SecurityOpt: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'] },
    });
  });
});
