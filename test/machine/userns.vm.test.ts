/** `--userns-remap` on the real kernel: root of a container is nobody in particular on the machine. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestHost, startTestHost } from '../support/host.ts';

let host: TestHost;

beforeAll(async () => {
  const range = { inside: 0, outside: 100_000, size: 65_536 };
  host = await startTestHost({ ids: { uids: [range], gids: [range], account: 'dockremap' } });
  await host.run('docker pull -q busybox; docker run -d --name c1 --oom-score-adj 300 busybox top');
}, 120_000);

afterAll(async () => {
  await host.dispose();
});

/** Both streams as lines. */
async function lines(commandLine: string): Promise<string[]> {
  const { stdout, stderr } = await host.run(commandLine);
  return `${stdout}${stderr}`.trimEnd().split('\n');
}

test('a container has users of its own, and sees the image as its root’s', async () => {
  const script =
    'cat /proc/self/uid_map; id; stat -c "%u:%g %n" / /bin /root /dev/shm; mknod /x c 1 3; cat /dev/null; touch /t && chown 5:6 /t && stat -c %u:%g /t; echo err > /dev/stderr';
  expect(await lines(`docker run --rm busybox sh -c '${script}'`)).toEqual([
    '         0     100000      65536',
    'uid=0(root) gid=0(root) groups=0(root)',
    ...['/', '/bin', '/root', '/dev/shm'].map((path) => `0:0 ${path}`),
    '5:6',
    'mknod: /x: Operation not permitted',
    'err',
  ]);
  expect(await lines(`docker info -f '{{json .SecurityOptions}}'`)).toEqual([
    '["name=seccomp,profile=builtin","name=userns","name=cgroupns"]',
  ]);
  // What the machine says of its first process.
  expect(await lines('ps -o uid= -p $(docker inspect -f {{.State.Pid}} c1)')).toEqual(['100000']);
  expect(await lines('id dockremap; cat /etc/subuid /etc/subgid')).toEqual([
    expect.stringMatching(/^uid=[0-9]+\(dockremap\) gid=[0-9]+\(dockremap\) /),
    'dockremap:100000:65536',
    'dockremap:100000:65536',
  ]);
}, 120_000);

test('exec and whoever shares a namespace are in the same user namespace', async () => {
  const link = 'readlink /proc/1/ns/user; readlink /proc/self/ns/user';
  const [first, own] = await lines(`docker exec c1 sh -c '${link}'`);
  expect(own).toBe(first);
  expect(await lines('docker exec c1 cat /proc/self/oom_score_adj')).toEqual(['300']);
  const shared = '--pid container:c1 --network container:c1 --oom-score-adj 200';
  const run = `docker run --rm ${shared} busybox sh -c '${link}; cat /proc/self/oom_score_adj'`;
  expect(await lines(run)).toEqual([first, first, '200']);
  expect(await lines('docker exec -u 1000 c1 sh -c "echo x > /dev/stdout; id -u"')).toEqual([
    'x',
    '1000',
  ]);
}, 120_000);

test('archives, volumes and images have the owners that containers see', async () => {
  await host.run('mkdir -p /tmp/q; touch /tmp/q/f');
  const copy = (owner: number) =>
    lines(`tar -C /tmp/q -c --owner ${owner} --group 8 f | docker cp - c1:/; echo $?`);
  expect(await copy(7)).toEqual(['0']);
  expect(await lines('docker exec c1 stat -c %u:%g /f')).toEqual(['7:8']);
  expect(await copy(70_000)).toEqual([
    '1',
    'Error response from daemon: Container ID 70000 cannot be mapped to a host ID',
  ]);
  const imported = (owner: number) =>
    lines(`tar -C /tmp/q -c --owner ${owner} f | docker import - far 2>&1; docker images -q far`);
  expect(await imported(70_000)).toEqual([
    'Error response from daemon: Container ID 70000 cannot be mapped to a host ID',
  ]);
  const exported = await lines('docker export c1 | tar tv --numeric-owner | grep " f$"');
  expect(exported[0]).toMatch(/^-rw-r--r-- 7\/8 /);
  await host.run('docker commit c1 committed');
  const script = 'stat -c %u:%g /f /home; touch /home/a';
  const run = `docker run --rm -v vol:/home committed sh -c '${script}'`;
  expect(await lines(run)).toEqual(['7:8', '0:0']);
  expect(await lines('stat -c %u:%g /var/lib/docker/volumes/vol/_data/a')).toEqual([
    '100000:100000',
  ]);
  const refused = await lines('docker run --rm -v vol:/v:ro busybox touch /v/x');
  expect(refused).toEqual(['touch: /v/x: Read-only file system']);
}, 120_000);

test('--userns host has the machine’s users, and what needs its root needs that', async () => {
  const run = 'docker run --rm --userns host --privileged busybox';
  expect(await lines(`${run} sh -c 'cat /proc/self/uid_map; stat -c %u /bin'`)).toEqual([
    '         0          0 4294967295',
    '100000',
  ]);
  const refused = async (option: string) =>
    (await lines(`docker run --rm ${option} busybox true`))[0];
  expect(await refused('--privileged')).toBe(
    'docker: Error response from daemon: privileged mode is incompatible with user namespaces.  You must run the container in the host namespace when running privileged mode',
  );
  expect(await refused('--network host')).toBe(
    "docker: Error response from daemon: cannot share the host's network namespace when user namespaces are enabled",
  );
  expect(await refused('--pid host')).toBe(
    'docker: Error response from daemon: cannot share the host PID namespace when user namespaces are enabled',
  );
}, 120_000);
