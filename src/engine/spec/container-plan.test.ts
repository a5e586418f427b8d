import { describe, expect, test } from 'vitest';
import type { ContainerConfig, HostConfig } from '../../api/container.ts';
import type { SetupPlan } from '../../guest/plan.ts';
import type { Digest } from '../../image/digest.ts';
import { compileSpec } from './compile-spec.ts';
import { containerPlan } from './container-plan.ts';
import { noDevices } from './devices.ts';
import { execPlan } from './exec-plan.ts';
import { completeHostConfig } from './host-config.ts';
import { parseBind, tmpfsMount } from './mount-point.ts';
import { containerCgroup, containerPaths } from './paths.ts';
import { planText } from './plan-text.fixture.ts';
import { layerDirs, rootSteps } from './root-plan.ts';

const id = 'c0ffee'.padEnd(64, '0');
const root = { uid: 0, gid: 0, additionalGids: [0], home: '/root' };
const layers: readonly Digest[] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];

function plan(
  config: ContainerConfig = {},
  hostConfig: HostConfig = {},
  more: Partial<Parameters<typeof compileSpec>[0]> = {},
): SetupPlan {
  const spec = compileSpec({
    id,
    config: { Hostname: id.slice(0, 12), Env: ['PATH=/bin'], ...config },
    hostConfig: completeHostConfig(hostConfig).hostConfig,
    args: ['sh', '-c', 'true'],
    user: root,
    layerDirs: layerDirs(layers),
    mountPoints: [],
    fileMounts: new Set(),
    joinPids: {},
    devices: noDevices,
    ...more,
  });
  const paths = containerPaths(id);
  return containerPlan(spec, {
    rootSteps: rootSteps(spec.root),
    metadata: {
      directory: paths.metadata,
      files: [{ path: paths.hostname, content: `${id.slice(0, 12)}\n` }],
    },
  });
}

const operations = ({ child = [] }: SetupPlan) => child.map(({ operation }) => operation);

describe('containerPlan()', () => {
  test('of a container with Docker’s defaults', async () => {
    await expect(planText(plan())).toMatchFileSnapshot('testdata/plan-default.golden');
  });

  test('of one with a terminal, limits, mounts, a user and no-new-privileges', async () => {
    const text = planText(
      plan(
        { Tty: true, WorkingDir: '/srv/app' },
        {
          ConsoleSize: [24, 80],
          Memory: 64 * 1024 * 1024,
          NanoCpus: 500_000_000,
          PidsLimit: 100,
          OomScoreAdj: 500,
          ReadonlyRootfs: true,
          SecurityOpt: ['no-new-privileges'],
          Sysctls: { 'net.ipv4.ip_forward': '0' },
          Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: -1 }],
          CapDrop: ['ALL'],
          CapAdd: ['NET_BIND_SERVICE'],
        },
        {
          user: { uid: 1000, gid: 1000, additionalGids: [1000, 10], home: '/home/alice' },
          mountPoints: [
            { ...parseBind('data:/srv/data'), source: '/var/lib/docker/volumes/data/_data' },
            parseBind('/etc/motd:/etc/motd:ro'),
            tmpfsMount('/tmp', 'size=1m'),
          ],
          fileMounts: new Set(['/etc/motd']),
        },
      ),
    );
    await expect(text).toMatchFileSnapshot('testdata/plan-full.golden');
  });

  test('of a privileged one in the machine’s network and another’s pid namespace', async () => {
    const text = planText(
      plan(
        {},
        { Privileged: true, NetworkMode: 'host', PidMode: 'container:other' },
        { joinPids: { pid: 42 } },
      ),
    );
    await expect(text).toMatchFileSnapshot('testdata/plan-privileged.golden');
  });

  test('of one whose root is nobody in particular on the machine', async () => {
    const [range, owner] = [
      { inside: 0, outside: 100_000, size: 65_536 },
      { uid: 100_000, gid: 100_000 },
    ];
    const user = { uid: 1000, gid: 1000, additionalGids: [], home: '/' };
    const ids = { uids: [range], gids: [range] };
    const text = planText(plan({ WorkingDir: '/w' }, {}, { user, ids, owner }));
    await expect(text).toMatchFileSnapshot('testdata/plan-remapped.golden');
  });

  test('resolves every path of the container inside its root until pivot_root', () => {
    const steps = operations(plan({ WorkingDir: '/w' }, { Tmpfs: { '/t': '' } }));
    const pivot = steps.findIndex(({ op }) => op === 'pivotRoot');
    for (const step of steps.slice(0, pivot)) {
      if (step.op === 'mount' && step.target !== '/')
        expect(step.root).toBe(containerPaths(id).merged);
      if (step.op === 'mkdir') expect(step.root).toBe(containerPaths(id).merged);
      expect(['writeFile', 'write', 'symlink', 'mknod', 'chown', 'chmod']).not.toContain(step.op);
    }
  });

  test('gives up privileges in the order that the kernel demands', () => {
    const order = (hostConfig: HostConfig) =>
      operations(plan({}, hostConfig))
        .map(({ op }) => op)
        .filter((op) =>
          ['seccomp', 'noNewPrivileges', 'capabilities', 'setUser', 'exec'].includes(op),
        );
    expect(order({})).toEqual(['seccomp', 'capabilities', 'setUser', 'exec']);
    expect(order({ SecurityOpt: ['no-new-privileges'] })).toEqual([
      'noNewPrivileges',
      'capabilities',
      'setUser',
      'seccomp',
      'exec',
    ]);
  });

  test('leaves nothing in other users’ effective capabilities', () => {
    const user = { uid: 1000, gid: 1000, additionalGids: [1000], home: '/' };
    const step = operations(plan({}, {}, { user })).find(({ op }) => op === 'capabilities');
    expect(step).toMatchObject({ permitted: [], effective: [], inheritable: [], ambient: [] });
    expect(step?.op === 'capabilities' && step.bounding).toHaveLength(14);
  });
});

describe('layerDirs()', () => {
  test('puts the topmost layer first and each once, as overlayfs demands', () => {
    const [a = 'sha256:', b = 'sha256:'] = layers;
    expect(layerDirs([a, b, a])).toEqual([
      `/run/bottleship/host/layers/${'a'.repeat(64)}`,
      `/run/bottleship/host/layers/${'b'.repeat(64)}`,
    ]);
  });
});

describe('execPlan()', () => {
  test('enters the container’s namespaces and cgroup', async () => {
    const { process } = compileSpec({
      id,
      config: { Tty: true },
      hostConfig: completeHostConfig({}).hostConfig,
      args: ['sh'],
      user: root,
      layerDirs: [],
      mountPoints: [],
      fileMounts: new Set(),
      joinPids: {},
      devices: noDevices,
    });
    const cgroup = containerCgroup(id, undefined);
    const text = planText(
      execPlan(process, { pid: 77, cgroup, oomScoreAdj: 0, keyring: '_ses.x' }),
    );
    await expect(text).toMatchFileSnapshot('testdata/plan-exec.golden');
  });
});
