/**
 * No field of a HostConfig passes in silence: with it a container starts otherwise than without, or it is refused or
 * warned about. What Docker itself keeps without effect on Linux is listed as such.
 */
import { expect, test } from 'vitest';
import type { HostConfig } from '../src/api/container.ts';
import { createFakeEngine, type FakeEngine } from './support/fake-engine.ts';

type Outcome =
  /** Another plan, or other programs of the machine's. */
  | 'start'
  /** Seen in what happens later: the named test shows it. */
  | { readonly later: string }
  /** As on Docker for Linux. */
  | 'kept without effect'
  | { readonly warning: string }
  | { readonly error: string };

/** The value, what becomes of it, and what it needs beside it. */
type Case<Value> = readonly [value: NonNullable<Value>, outcome: Outcome, beside?: HostConfig];

const device = [{ Path: '/dev/d', Rate: 1000 }];
const windows = 'configuration is not supported on linux';

const cases: { readonly [Name in keyof Required<HostConfig>]: Case<HostConfig[Name]> } = {
  CpuShares: [512, 'start'],
  Memory: [8e6, 'start'],
  NanoCpus: [5e8, 'start'],
  CgroupParent: ['/fleet', 'start'],
  BlkioWeight: [300, 'start'],
  BlkioWeightDevice: [[{ Path: '/dev/d', Weight: 300 }], { warning: 'Weight-device discarded.' }],
  BlkioDeviceReadBps: [device, 'start'],
  BlkioDeviceWriteBps: [device, 'start'],
  BlkioDeviceReadIOps: [device, 'start'],
  BlkioDeviceWriteIOps: [device, 'start'],
  CpuPeriod: [50_000, 'start'],
  CpuQuota: [50_000, 'start'],
  CpuRealtimePeriod: [1000, { error: 'real-time scheduler' }],
  CpuRealtimeRuntime: [1000, { error: 'real-time scheduler' }],
  CpusetCpus: ['0', { warning: 'Cpuset discarded.' }],
  CpusetMems: ['0', { warning: 'Cpuset discarded.' }],
  Devices: [[{ PathOnHost: '/dev/d', PathInContainer: '/dev/d', CgroupPermissions: 'r' }], 'start'],
  DeviceCgroupRules: [['c 10:200 rwm'], 'start'],
  DeviceRequests: [[{ Capabilities: [['gpu']] }], { error: 'could not select device driver' }],
  // No field of this version; `engine-runtime.test.ts` has the warning of those that know it.
  KernelMemory: [8e6, 'kept without effect'],
  KernelMemoryTCP: [8e6, 'kept without effect'],
  MemoryReservation: [8e6, 'start'],
  MemorySwap: [8.1e6, 'start', { Memory: 8e6 }],
  MemorySwappiness: [10, { warning: 'Memory swappiness discarded.' }],
  OomKillDisable: [true, { warning: 'OomKillDisable discarded.' }],
  PidsLimit: [50, 'start'],
  Ulimits: [[{ Name: 'nofile', Soft: 10, Hard: 10 }], 'start'],
  CpuCount: [1, 'kept without effect'],
  CpuPercent: [50, { warning: 'Percent discarded.' }],
  IOMaximumIOps: [1, { error: windows }],
  IOMaximumBandwidth: [1, { error: windows }],
  Binds: [['/tmp:/t'], 'start'],
  ContainerIDFile: ['/id', 'kept without effect'],
  LogConfig: [{ Type: 'none' }, { later: 'log-limits.test.ts' }],
  NetworkMode: ['none', 'start'],
  PortBindings: [{ '80/tcp': [{ HostPort: '8080' }] }, 'start'],
  RestartPolicy: [{ Name: 'always' }, { later: 'engine-lifecycle.test.ts' }],
  AutoRemove: [true, 'start'],
  VolumeDriver: ['nosuch', { error: 'plugin "nosuch" not found' }, { Binds: ['data:/v'] }],
  VolumesFrom: [['other'], 'start'],
  Mounts: [[{ Type: 'tmpfs', Target: '/t' }], 'start'],
  ConsoleSize: [[24, 80], 'start'],
  Annotations: [{ a: 'b' }, 'kept without effect'],
  CapAdd: [['SYS_ADMIN'], 'start'],
  CapDrop: [['MKNOD'], 'start'],
  CgroupnsMode: ['host', 'start'],
  Dns: [['192.0.2.1'], 'start'],
  DnsOptions: [['ndots:2'], 'start'],
  DnsSearch: [['example.com'], 'start'],
  ExtraHosts: [['a:192.0.2.1'], 'start'],
  GroupAdd: [['7'], 'start'],
  IpcMode: ['host', 'start'],
  Cgroup: ['x', 'kept without effect'],
  Links: [['other:o'], 'start'],
  OomScoreAdj: [100, 'start'],
  PidMode: ['host', 'start'],
  Privileged: [true, 'start'],
  PublishAllPorts: [true, 'start'],
  ReadonlyRootfs: [true, 'start'],
  SecurityOpt: [['no-new-privileges'], 'start'],
  StorageOpt: [{ size: '1G' }, { error: '--storage-opt is supported only' }],
  Tmpfs: [{ '/t': '' }, 'start'],
  UTSMode: ['host', 'start'],
  // Differs on an engine that remaps: `userns.vm.test.ts`.
  UsernsMode: ['host', { later: 'userns.vm.test.ts' }],
  ShmSize: [1e5, 'start'],
  Sysctls: [{ 'kernel.msgmax': '4096' }, 'start'],
  Runtime: ['kata', { error: 'unknown or invalid runtime name: kata' }],
  Isolation: ['hyperv', { error: "linux only supports 'default'" }],
  MaskedPaths: [[], 'start'],
  ReadonlyPaths: [[], 'start'],
  Init: [true, 'start'],
};

interface Started {
  /** Of the machine: what was asked of it, without what is drawn by lot. */
  readonly work: string;
  readonly warnings: readonly string[];
  readonly error: string;
}

async function start(hostConfig: HostConfig): Promise<Started> {
  const engine = await createFakeEngine();
  engine.guest.devices.set('/dev/d', { type: 'block', device: { major: 7, minor: 0 } });
  await engine.create({ HostConfig: { Binds: ['vol:/vol'] } }, 'other');
  await engine.call('POST', '/containers/other/start');
  const body = {
    Image: 'busybox',
    Tty: true,
    ExposedPorts: { '90/tcp': {} },
    HostConfig: hostConfig,
  };
  const created = await engine.call('POST', '/v1.51/containers/create?name=one', body);
  const before = [engine.guest.plans.length, engine.guest.applied.length] as const;
  const started = await engine.call('POST', '/v1.51/containers/one/start');
  const message = ({ json }: { readonly json: unknown }) =>
    (json as { message?: string } | null)?.message ?? '';
  return {
    work: workOf(engine, before),
    warnings: (created.json as { Warnings?: string[] }).Warnings ?? [],
    error: created.status === 201 ? message(started) : message(created),
  };
}

function workOf({ guest }: FakeEngine, [plans, applied]: readonly [number, number]): string {
  const work = [
    guest.plans.slice(plans),
    guest.applied.slice(applied),
    guest.programs.map((program) => program.plan),
  ];
  const text = JSON.stringify(work, (_key, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    return value instanceof Uint8Array ? new TextDecoder('latin1').decode(value) : value;
  });
  return text.replace(/[0-9a-f]{7,}|([0-9a-f]{2}:){5}[0-9a-f]{2}/g, 'ID');
}

test('two containers without settings start alike', async () => {
  expect((await start({})).work).toBe((await start({})).work);
});

test.each(Object.entries(cases))('%s is honoured, refused or warned about', async (name, given) => {
  const [value, outcome, beside = {}] = given as Case<unknown>;
  const { work, warnings, error } = await start({ ...beside, [name]: value });
  if (typeof outcome === 'object' && 'error' in outcome) {
    expect(error).toContain(outcome.error);
    return;
  }
  expect(error).toBe('');
  const warning = typeof outcome === 'object' && 'warning' in outcome ? outcome.warning : undefined;
  expect(warnings).toEqual(warning === undefined ? [] : [expect.stringContaining(warning)]);
  const same = (await start(beside)).work === work;
  expect(same).toBe(outcome !== 'start');
});
