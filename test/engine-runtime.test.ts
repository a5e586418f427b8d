/** What the engine refuses or warns about when a container is created or started, in Docker's words. */
import { describe, expect, test } from 'vitest';
import type { ContainerCreateRequest, HostConfig } from '../src/api/container.ts';
import { fakeSetupError } from '../src/guest/fake-guest.ts';
import type { SetupFailure } from '../src/guest/plan.ts';
import { createFakeEngine, type FakeEngine } from './support/fake-engine.ts';

async function createBody(body: object, version = 'v1.51') {
  const engine = await createFakeEngine();
  return engine.call('POST', `/${version}/containers/create`, { Image: 'busybox', ...body });
}

const createHost = (HostConfig: HostConfig) => createBody({ HostConfig });

describe('creating a container rejects', () => {
  const configs: readonly (readonly [ContainerCreateRequest, string])[] = [
    [{ WorkingDir: 'a' }, "the working directory 'a' is invalid, it needs to be an absolute path"],
    [{ Env: ['=x'] }, 'invalid environment variable: =x'],
    [{ StopSignal: 'FOO' }, 'invalid signal: FOO'],
    [{ Healthcheck: { Interval: 5 } }, 'Interval in Healthcheck cannot be less than 1ms'],
    [{ Healthcheck: { Retries: -1 } }, 'Retries in Healthcheck cannot be negative'],
    [{ Hostname: 'a', HostConfig: { UTSMode: 'host' } },
      'conflicting options: hostname and the UTS mode'],
    [{ Hostname: 'a', HostConfig: { NetworkMode: 'container:x' } },
      'conflicting options: hostname and the network mode'],
    [{ ExposedPorts: { '80/tcp': {} }, HostConfig: { NetworkMode: 'container:x' } },
      'conflicting options: port exposing and the container type network mode'],
    [{ Cmd: [''], Entrypoint: [], HostConfig: { LogConfig: { Type: 'foo' } } },
      'error looking up logging plugin foo: plugin "foo" not found'],
    [{ NetworkingConfig: { EndpointsConfig: { bridge: { Aliases: ['a'] } } } },
      'invalid config for network bridge: invalid endpoint settings:\nnetwork-scoped alias is supported only for containers in user defined networks'],
  ]; // prettier-ignore

  test.each(configs)('%j', async (body, message) => {
    expect(await createBody(body)).toEqual({ status: 400, json: { message } });
  });

  const hostConfigs: readonly (readonly [HostConfig, string, number?])[] = [
    [{ Memory: 1000 }, 'Minimum memory limit allowed is 6MB'],
    [{ Memory: 8e6, MemorySwap: 7e6 },
      'Minimum memoryswap limit should be larger than memory limit, see usage'],
    [{ MemorySwap: 7e6 },
      'You should always set the Memory limit when using Memoryswap limit, see usage'],
    [{ MemoryReservation: 1 }, 'Minimum memory reservation allowed is 6MB'],
    [{ NanoCpus: 2e9 }, 'range of CPUs is from 0.01 to 1.00, as there are only 1 CPUs available'],
    [{ NanoCpus: 1, CpuQuota: 1 },
      'Conflicting options: Nano CPUs and CPU Quota cannot both be set'],
    [{ CpuShares: -1 }, 'invalid CPU shares (-1): value must be a positive integer'],
    [{ BlkioWeight: 1001 }, 'range of blkio weight is from 10 to 1000'],
    [{ CpuRealtimePeriod: 1 }, 'kernel does not support CPU real-time scheduler'],
    [{ Isolation: 'hyperv' }, "invalid isolation (hyperv): linux only supports 'default'"],
    [{ IOMaximumIOps: 1 },
      'invalid option: QoS maximum IOPs configuration is not supported on linux'],
    [{ IpcMode: 'x' }, 'invalid IPC mode: x'],
    [{ PidMode: 'container:' }, 'invalid PID mode: container:'],
    [{ PidMode: 'container:nosuch' }, 'No such container: nosuch'],
    [{ UTSMode: 'x' }, 'invalid UTS mode: x'],
    [{ CgroupnsMode: 'x' }, 'invalid cgroup namespace mode: x'],
    [{ NetworkMode: 'container:' },
      'invalid network mode: invalid container format container:<name|id>'],
    [{ ShmSize: -1 }, 'SHM size can not be less than 0'],
    [{ OomScoreAdj: 1001 }, 'Invalid value 1001, range for oom score adj is [-1000, 1000]'],
    [{ Runtime: 'kata' }, 'unknown or invalid runtime name: kata'],
    [{ Tmpfs: { a: '' } }, "invalid mount path: 'a' mount path must be absolute"],
    [{ CapAdd: ['FOO'] }, 'invalid CapAdd: unknown capability: "CAP_FOO"'],
    [{ CapDrop: ['CAP_ALL'] }, 'invalid CapDrop: unknown capability: "CAP_ALL"'],
    [{ ExtraHosts: ['a:b'] }, 'invalid IP address in add-host: "b"'],
    [{ PortBindings: { 'a/tcp': [] } }, 'invalid port specification: "a"'],
    [{ PortBindings: { '80/tcp': [{ HostPort: '70000' }] } },
      'invalid port specification: "70000"'],
    [{ RestartPolicy: { Name: 'always', MaximumRetryCount: 1 } },
      "invalid restart policy: maximum retry count can only be used with 'on-failure'"],
    [{ AutoRemove: true, RestartPolicy: { Name: 'always' } },
      "can't create 'AutoRemove' container with restart policy"],
    [{ Annotations: { '': 'x' } },
      'invalid Annotations: the empty string is not permitted as an annotation key'],
    [{ LogConfig: { Type: 'local', Config: { tag: 'x' } } },
      "unknown log opt 'tag' for log driver local"],
    [{ SecurityOpt: ['foo'] }, 'invalid --security-opt 1: "foo"', 500],
    [{ SecurityOpt: ['no-new-privileges=maybe'] },
      'invalid --security-opt 2: "no-new-privileges=maybe"', 500],
    [{ StorageOpt: { size: '1G' } },
      "--storage-opt is supported only for overlay over xfs with 'pquota' mount option", 500],
    [{ Links: ['nosuch:a'] }, 'could not get container for nosuch: No such container: nosuch'],
  ]; // prettier-ignore

  const rejected = hostConfigs.map(
    ([hostConfig, message, status = 400]) => [hostConfig, message, status] as const,
  );
  test.each(rejected)('%j', async (hostConfig, message, status) => {
    expect(await createHost(hostConfig)).toEqual({ status, json: { message } });
  });

  test('another platform than the image’s', async () => {
    const engine = await createFakeEngine();
    const path = '/containers/create?platform=linux/arm64';
    expect(await engine.call('POST', path, { Image: 'busybox' })).toEqual({
      status: 404,
      json: {
        message:
          'image with reference busybox was found but its platform (linux/386) does not match the specified platform (linux/arm64)',
      },
    });
  });
});

describe('creating a container warns', () => {
  const discarded = (what: string, name: string) =>
    `Your kernel does not support ${what} or the cgroup is not mounted. ${name} discarded.`;
  const cases: readonly (readonly [HostConfig, string])[] = [
    [{ OomKillDisable: true }, 'Your kernel does not support OomKillDisable. OomKillDisable discarded.'],
    [{ MemorySwappiness: 10 }, discarded('memory swappiness capabilities', 'Memory swappiness')],
    [{ CpusetCpus: '0' }, discarded('cpuset', 'Cpuset')],
    [{ BlkioWeightDevice: [{ Path: '/dev/x', Weight: 3 }] },
      discarded('Block I/O weight_device', 'Weight-device')],
    [{ NetworkMode: 'host', PortBindings: { '80/tcp': [{ HostPort: '80' }] } },
      'Published ports are discarded when using host network mode'],
  ]; // prettier-ignore

  test.each(cases)('%j', async (hostConfig, warning) => {
    const { status, json } = await createHost(hostConfig);
    expect(status).toBe(201);
    expect(json).toMatchObject({ Warnings: [warning] });
  });

  test('about an address that belongs to an endpoint, as the API version has it', async () => {
    const body = { MacAddress: '02:42:ac:11:00:02' };
    expect((await createBody(body)).json).toMatchObject({
      Warnings: [
        'The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead.',
      ],
    });
    expect((await createBody(body, 'v1.43')).json).toMatchObject({ Warnings: [] });
    const kernelMemory = { HostConfig: { KernelMemory: 8e6 } };
    expect((await createBody(kernelMemory, 'v1.41')).json).toMatchObject({
      Warnings: [discarded('kernel memory limit capabilities', 'Limitation')],
    });
    expect((await createBody(kernelMemory)).json).toMatchObject({ Warnings: [] });
  });
});

describe('a container that cannot be started says', () => {
  const runtime =
    'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: ';
  const init = `${runtime}unable to start container process: error during container init: `;

  async function start(engine: FakeEngine, config: object) {
    const id = await engine.create(config);
    const { status, json } = await engine.call('POST', `/containers/${id}/start`);
    const state = (await engine.call('GET', `/containers/${id}/json`)).json;
    return { status, message: (json as { message: string }).message, state };
  }

  const refused: readonly (readonly [HostConfig, number, string])[] = [
    [{ Sysctls: { 'kernel.panic': '1' } }, 500,
      `${runtime}sysctl "kernel.panic" is not in a separate kernel namespace: unknown`],
    [{ NetworkMode: 'host', Sysctls: { 'net.ipv4.ip_forward': '1' } }, 500,
      `${runtime}sysctl "net.ipv4.ip_forward" not allowed in host network namespace: unknown`],
    [{ Ulimits: [{ Name: 'foo', Soft: 1, Hard: 1 }] }, 500,
      `${runtime}wrong rlimit value: RLIMIT_FOO: unknown`],
    [{ DeviceRequests: [{ Driver: '', Capabilities: [['gpu', 'x']] }] }, 500,
      'could not select device driver "" with capabilities: [[gpu x]]'],
    [{ DeviceCgroupRules: ['x'] }, 500, "invalid device cgroup rule format: 'x'"],
    [{ Devices: [{ PathOnHost: '/dev/no', PathInContainer: '/dev/no', CgroupPermissions: 'r' }] }, 500,
      'error gathering device information while adding custom device "/dev/no": no such file or directory'],
    [{ BlkioDeviceReadBps: [{ Path: '/dev/no', Rate: 1 }] }, 500,
      'stat /dev/no: no such file or directory'],
    [{ Tmpfs: { '/a': 'b=c' } }, 500, 'invalid tmpfs option ["b" "c"]'],
    [{ SecurityOpt: ['seccomp={'] }, 500,
      'Decoding seccomp profile failed: unexpected end of JSON input'],
    [{ SecurityOpt: ['seccomp={"defaultAction":"NO"}'] }, 500,
      `${runtime}string NO is not a valid action for seccomp: unknown`],
    [{ GroupAdd: ['nosuch'] }, 500,
      'Unable to find group nosuch: no matching entries in group file'],
    [{ NetworkMode: 'container:nosuch' }, 500,
      'joining network namespace of container: No such container: nosuch'],
  ]; // prettier-ignore

  test.each(refused)('%j', async (HostConfig, status, message) => {
    const engine = await createFakeEngine();
    const result = await start(engine, { HostConfig });
    expect([result.status, result.message]).toEqual([status, message]);
    expect(result.state).toMatchObject({
      State: { Status: 'created', ExitCode: 128, Error: message },
    });
  });

  test('why another’s namespace cannot be joined', async () => {
    const engine = await createFakeEngine();
    const donor = await engine.create({}, 'donor');
    const join = async (HostConfig: HostConfig) => (await start(engine, { HostConfig })).message;
    expect(await join({ IpcMode: 'container:donor' })).toBe(
      `failed to join IPC namespace: container ${donor} is not running`,
    );
    expect(await join({ PidMode: 'container:donor' })).toBe(
      `failed to join PID namespace: container ${donor} is not running`,
    );
    expect(await join({ NetworkMode: 'container:donor' })).toBe(
      'cannot join network namespace of a non running container: container donor is created',
    );
    await engine.call('POST', '/containers/donor/start');
    expect(await join({ IpcMode: 'container:donor' })).toBe(
      `failed to join IPC namespace: container ${donor}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`,
    );
  });

  /** A failure of the step that `find` picks from the plan's section for the child. */
  async function failAt(
    config: object,
    op: SetupFailure['operation'],
    failure: Partial<SetupFailure>,
  ) {
    const engine = await createFakeEngine();
    engine.guest.script = ({ plan }) => {
      const section = failure.section ?? 'child';
      const steps = (section === 'before' ? plan.before : plan.child) ?? [];
      const matches = steps
        .map(({ operation }) => operation)
        .flatMap((operation, step) => {
          const path =
            'path' in operation ? operation.path : 'target' in operation ? operation.target : '';
          return operation.op === op && (failure.path ?? path) === path ? [step] : [];
        });
      throw fakeSetupError({ operation: op, step: matches[0] ?? -1, ...failure });
    };
    const { status, message, state } = await start(engine, config);
    const { ExitCode } = (state as { State: { ExitCode: number } }).State;
    return [status, ExitCode, message];
  }

  test('which step failed', async () => {
    expect(
      await failAt({ HostConfig: { Sysctls: { 'net.x': '1' } } }, 'write', {
        path: '/proc/sys/net/x',
        errnoName: 'ENOENT',
      }),
    ).toEqual([400, 127, `${init}open /proc/sys/net/x: no such file or directory: unknown`]);
    expect(
      await failAt({ HostConfig: { Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 1 }] } }, 'rlimit', {
        errnoName: 'EPERM',
      }),
    ).toEqual([
      500,
      128,
      `${init}error setting rlimits for ready process: error setting rlimit type 7: operation not permitted: unknown`,
    ]);
    expect(
      await failAt({ WorkingDir: '/etc/passwd' }, 'mkdir', {
        section: 'before',
        path: '/etc/passwd',
        errnoName: 'ENOTDIR',
      }),
    ).toEqual([500, 128, 'Cannot mkdir: /etc/passwd is not a directory']);
    expect(
      await failAt({ HostConfig: { Tmpfs: { '/a': 'size=x' } } }, 'mount', {
        path: '/a',
        errnoName: 'EINVAL',
      }),
    ).toEqual([
      500,
      128,
      `${init}error mounting "tmpfs" to rootfs at "/a": mount src=tmpfs, dst=/a, dstFd=/proc/thread-self/fd/8, flags=0xe, data=size=x: invalid argument: unknown`,
    ]);
  });
});
