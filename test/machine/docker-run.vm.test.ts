/**
 * What a learner types first, in the machine's own shell: the answers are Docker's, and what prints
 * them is a process in namespaces.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmptyRegistry, startEmptyRegistry } from '../support/empty-registry.ts';
import { type TestHost, startTestHost } from '../support/host.ts';

let host: TestHost;
let registry: EmptyRegistry;

beforeAll(async () => {
  registry = await startEmptyRegistry();
  host = await startTestHost({ proxyUrl: registry.url });
});

afterAll(async () => {
  await host.dispose();
  await registry.dispose();
});

const namespaces = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts'] as const;
const readNamespaces = `for n in ${namespaces.join(' ')}; do readlink /proc/self/ns/$n; done`;

describe('docker run', () => {
  test('hello-world explains itself', async () => {
    const { stdout, stderr, exitCode } = await host.run('docker run hello-world');
    expect(stderr).toContain("Unable to find image 'hello-world:latest' locally\n");
    expect(stderr).toContain('Status: Downloaded newer image for hello-world:latest\n');
    expect(stdout).toContain('Hello from Bottleship!');
    expect(exitCode).toBe(0);
  });

  test('a second run pulls nothing', async () => {
    const { stdout, stderr, exitCode } = await host.run('docker run --rm hello-world');
    expect(stderr).toBe('');
    expect(stdout).toContain('Hello from Bottleship!');
    expect(exitCode).toBe(0);
  });

  test('passes on the exit code of the container', async () => {
    await host.run('docker pull -q busybox');
    const { stdout } = await host.run("docker run --rm busybox sh -c 'exit 7'; echo $?");
    expect(stdout).toBe('7\n');
  });

  test('an image that does not exist is 125 with Docker’s words', async () => {
    const { stdout, stderr } = await host.run('docker run --rm nosuch; echo $?');
    expect(stdout).toBe('125\n');
    expect(stderr).toBe(
      "Unable to find image 'nosuch:latest' locally\n" +
        "docker: Error response from daemon: pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied\n" +
        '\n' +
        "Run 'docker run --help' for more information\n",
    );
  });

  test('a command that cannot be executed is 126, one that is not there 127', async () => {
    const notExecutable = await host.run('docker run --rm busybox /etc/passwd; echo $?');
    expect(notExecutable.stdout).toBe('126\n');
    expect(notExecutable.stderr).toContain('exec: "/etc/passwd": permission denied');
    const notFound = await host.run('docker run --rm busybox nosuch; echo $?');
    expect(notFound.stdout).toBe('127\n');
    expect(notFound.stderr).toContain('exec: "nosuch": executable file not found in $PATH');
  });

  test('the container has namespaces of its own', async () => {
    const machine = await host.run(readNamespaces);
    const container = await host.run(`docker run --rm busybox sh -c '${readNamespaces}'`);
    const outside = machine.stdout.trim().split('\n');
    const inside = container.stdout.trim().split('\n');
    expect(inside).toHaveLength(namespaces.length);
    expect(inside.filter((name) => outside.includes(name))).toEqual([]);
  });

  test('PID 1 is the command, the host name is the short ID, the root is an overlay', async () => {
    const { stdout } = await host.run(
      'docker run --name probe busybox sh -c \'cat /proc/1/comm; hostname; mount | head -1; cat /proc/self/cgroup\'; docker inspect -f "{{.Id}}" probe; docker rm probe',
    );
    const [comm, hostname, mount, cgroup, id, removed] = stdout.trim().split('\n');
    expect(comm).toBe('sh');
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(hostname).toBe(id?.slice(0, 12));
    expect(mount).toMatch(/^overlay on \/ type overlay \(rw,/);
    expect(cgroup).toBe('0::/');
    expect(removed).toBe('probe');
  });

  test('environment, working directory, user and entry point are honoured', async () => {
    const run = (command: string) => host.run(`docker run --rm ${command}`);
    expect((await run("-e GREETING=hi busybox sh -c 'echo $GREETING'")).stdout).toBe('hi\n');
    expect((await run('-w /not/there/yet busybox pwd')).stdout).toBe('/not/there/yet\n');
    expect((await run('-u 1000:1001 busybox id -u')).stdout).toBe('1000\n');
    expect((await run('-h ship busybox hostname')).stdout).toBe('ship\n');
    expect((await run('--entrypoint echo busybox a b')).stdout).toBe('a b\n');
  });

  test('a read-only root cannot be written, a tmpfs in it can', async () => {
    const { stdout, stderr } = await host.run(
      "docker run --rm --read-only --tmpfs /scratch busybox sh -c 'echo x > /scratch/x && cat /scratch/x; echo x > /x'",
    );
    expect(stdout).toBe('x\n');
    expect(stderr).toContain('Read-only file system');
  });

  test('a volume outlives its container, a bind mount is a path of the machine', async () => {
    await host.run("docker run --rm -v keep:/data busybox sh -c 'echo kept > /data/file'");
    expect((await host.run('docker run --rm -v keep:/data busybox cat /data/file')).stdout).toBe(
      'kept\n',
    );
    await host.run('mkdir -p /srv/bind && echo machine > /srv/bind/file');
    expect(
      (await host.run('docker run --rm -v /srv/bind:/mnt:ro busybox cat /mnt/file')).stdout,
    ).toBe('machine\n');
  });

  test('standard input flows in and ends', async () => {
    const { stdout } = await host.run("printf 'b\\na\\n' | docker run -i --rm busybox sort");
    expect(stdout).toBe('a\nb\n');
  });
});

describe('limits', () => {
  test('a memory hog is killed: 137 and OOMKilled', async () => {
    const { stdout } = await host.run(
      "docker run --name hog -m 32m busybox sh -c 'tail /dev/zero'; echo $?; docker inspect -f '{{.State.OOMKilled}}' hog; docker rm hog",
    );
    expect(stdout).toBe('137\ntrue\nhog\n');
  });

  test('--pids-limit holds', async () => {
    const { stdout, stderr } = await host.run(
      "docker run --rm --pids-limit 5 busybox sh -c 'cat /sys/fs/cgroup/pids.max; for i in 1 2 3 4 5 6 7 8; do sleep 3 & done; wait'",
    );
    expect(stdout).toBe('5\n');
    expect(stderr).toContain("can't fork");
  });

  test('--cpus becomes cpu.max', async () => {
    const { stdout } = await host.run(
      'docker run --rm --cpus 0.5 busybox cat /sys/fs/cgroup/cpu.max',
    );
    expect(stdout).toBe('50000 100000\n');
  });
});

describe('a container in the background', () => {
  test('is listed, logs, takes exec and stops', async () => {
    const start = await host.run(
      "docker run -d --name bg busybox sh -c 'echo one; while :; do sleep 0.2; echo two; done'",
    );
    expect(start.stdout).toMatch(/^[0-9a-f]{64}\n$/);
    expect((await host.run('docker ps --format "{{.Names}} {{.Image}}"')).stdout).toBe(
      'bg busybox\n',
    );
    expect((await host.run('docker logs -f bg | head -n 2')).stdout).toBe('one\ntwo\n');
    expect((await host.run('docker exec bg cat /proc/1/comm')).stdout).toBe('sh\n');
    expect((await host.run("docker exec bg sh -c 'exit 9'; echo $?")).stdout).toBe('9\n');
    expect((await host.run('docker stop -t 1 bg')).stdout).toBe('bg\n');
    expect(
      (await host.run("docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' bg")).stdout,
    ).toBe('exited 137\n');
  });

  test('docker ps -aq | xargs docker rm leaves none', async () => {
    await host.run('docker ps -aq | xargs docker rm');
    expect((await host.run('docker ps -aq')).stdout).toBe('');
  });
});
