/** What the engine promises beyond `docker run`: on the real kernel, with real processes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ContainerInspect } from '../../src/api/container.ts';
import { type TestHost, startTestHost } from '../support/host.ts';

let host: TestHost;

beforeAll(async () => {
  host = await startTestHost();
  await host.run('docker pull -q busybox');
});

afterAll(async () => {
  await host.dispose();
});

/** Standard output of a command line that must succeed. */
async function output(commandLine: string): Promise<string> {
  const { stdout, stderr, exitCode } = await host.run(commandLine);
  if (exitCode !== 0) throw new Error(`${commandLine}: exit ${exitCode}: ${stdout}${stderr}`);
  return stdout;
}

async function inspect(name: string): Promise<ContainerInspect> {
  return JSON.parse(await output(`docker inspect -f '{{json .}}' ${name}`)) as ContainerInspect;
}

/** Everything on the machine that a container may leave behind. */
function traces(): Promise<string> {
  return output(
    'mount | grep -c overlay2/; ls /sys/fs/cgroup/docker | grep -E "^[0-9a-f]{64}$"; ls /var/lib/docker/overlay2 /var/lib/docker/containers; true',
  );
}

describe('a container that cannot start', () => {
  test('leaves no mount, no cgroup and, with --rm, no files', async () => {
    const before = await traces();
    const commands = ['nosuch', '/etc/passwd', '/nosuch'].map((c) => `busybox ${c}`);
    for (const rest of [...commands, '-u nosuch busybox true', '-w /etc/passwd busybox true']) {
      const { exitCode } = await host.run(`docker run --rm ${rest}`);
      expect([rest, exitCode >= 125 && exitCode <= 127]).toEqual([rest, true]);
    }
    expect(await traces()).toBe(before);
  });

  test('that cannot join its network says so and is not left behind', async () => {
    const { stderr, exitCode } = await host.run('docker run --rm --network nosuch busybox true');
    expect(stderr).toContain('network nosuch not found');
    expect(exitCode).toBe(125);
    expect(await output('docker ps -aq')).toBe('');
  });
});

describe('users and privileges', () => {
  test('-u takes names and numbers, and only root keeps capabilities', async () => {
    const script = 'id; grep CapEff /proc/self/status; echo $HOME';
    expect(await output(`docker run --rm -u nobody busybox sh -c '${script}'`)).toMatch(
      /^uid=65534\(nobody\) gid=65534\(nogroup\).*\nCapEff:\t0{16}\n/,
    );
    expect(await output(`docker run --rm -u 1000:7 busybox sh -c '${script}'`)).toBe(
      'uid=1000 gid=7 groups=7\nCapEff:\t0000000000000000\n/\n',
    );
  });

  test('seccomp refuses, a profile of the user is obeyed, unconfined and --privileged are free', async () => {
    const seccomp = async (options: string) =>
      output(`docker run --rm ${options} busybox grep ^Seccomp: /proc/self/status`);
    expect(await seccomp('')).toBe('Seccomp:\t2\n');
    expect(await seccomp('--security-opt seccomp=unconfined')).toBe('Seccomp:\t0\n');
    expect(await seccomp('--privileged')).toBe('Seccomp:\t0\n');
    const profile = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 30 }],
    };
    await output(`echo '${JSON.stringify(profile)}' > /tmp/profile.json`);
    const { stderr } = await host.run(
      'docker run --rm --security-opt seccomp=/tmp/profile.json busybox mkdir /x',
    );
    expect(stderr).toBe("mkdir: can't create directory '/x': Read-only file system\n");
  });

  test('no-new-privileges, capabilities, limits and settings reach the kernel', async () => {
    const script =
      'grep -E "CapEff|NoNewPrivs" /proc/self/status; ulimit -n; cat /proc/self/oom_score_adj /proc/sys/net/ipv4/ip_forward';
    const options =
      '--security-opt no-new-privileges --cap-drop ALL --cap-add NET_ADMIN --ulimit nofile=100:200 --oom-score-adj 300 --sysctl net.ipv4.ip_forward=0';
    expect(await output(`docker run --rm ${options} busybox sh -c '${script}'`)).toBe(
      'CapEff:\t0000000000001000\nNoNewPrivs:\t1\n100\n300\n0\n',
    );
  });
});

describe('namespaces of others', () => {
  test('--network, --pid and --uts can be the machine’s or another container’s', async () => {
    const link = (name: string) => `readlink /proc/self/ns/${name}`;
    const machine = (await output(`${link('net')}; ${link('pid')}; ${link('uts')}`)).split('\n');
    await output('docker run -d --name anchor busybox sleep 1000');
    const anchor = await output(`docker exec anchor ${link('net')}`);
    const run = (options: string, name: string) =>
      output(`docker run --rm ${options} busybox ${link(name)}`);
    expect((await run('--network host', 'net')).trim()).toBe(machine[0]);
    expect((await run('--pid host', 'pid')).trim()).toBe(machine[1]);
    expect((await run('--uts host', 'uts')).trim()).toBe(machine[2]);
    expect(await run('--network container:anchor', 'net')).toBe(anchor);
    expect(anchor.trim()).not.toBe(machine[0]);
    expect(await output('docker run --rm --pid container:anchor busybox cat /proc/1/comm')).toBe(
      'sleep\n',
    );
    await output('docker rm -f anchor');
  });

  test('with --pid host nothing of the container outlives it', async () => {
    await output("docker run --rm --pid host busybox sh -c 'sleep 4242 & sleep 0.1'");
    expect(await output("ps -e -o args | grep -c '[s]leep 4242' || true")).toBe('0\n');
  });
});

describe('volumes', () => {
  test('a new volume starts with the image’s files, and an anonymous one goes with --rm', async () => {
    const list = 'docker run --rm -v fresh:/etc busybox ls /etc/group /etc/passwd';
    expect(await output(list)).toBe('/etc/group\n/etc/passwd\n');
    expect(await output('docker run --rm -v fresh:/x:ro busybox ls /x/passwd')).toBe('/x/passwd\n');
    await output('docker run --rm -v /data busybox touch /data/file');
    expect(await output('docker volume ls -q')).toBe('fresh\n');
    await output('docker volume rm fresh');
    expect(await output('ls /var/lib/docker/volumes')).toBe('');
  });

  test('a symlink that the container made does not lead its mounts onto the machine', async () => {
    await output('mkdir -p /tmp/shared; touch /tmp/shared/seen');
    const swap = 'mkdir -p /tmp/escaped && mv /out /old && ln -s /tmp/escaped /out';
    await output(
      `docker create --name link -v /tmp/shared:/out/host busybox sh -c 'ls /out/host; [ -L /out ] || { ${swap}; }'`,
    );
    expect(await output('docker start -a link')).toBe('seen\n');
    expect(await output('docker start -a link')).toBe('seen\n');
    expect((await host.run('ls -d /tmp/escaped')).exitCode).not.toBe(0);
    await output('docker rm link');
  });
});

describe('a life', () => {
  test('pause, unpause, kill with a signal, restart, and what inspect says', async () => {
    await output(
      'docker run -d --name life busybox sh -c \'trap "echo term; exit 3" TERM; while :; do sleep 0.1; done\'',
    );
    await output('docker pause life');
    expect((await inspect('life')).State).toMatchObject({ Status: 'paused', Paused: true });
    await output('docker unpause life');
    await output('docker restart -t 5 life');
    expect((await inspect('life')).State).toMatchObject({ Status: 'running', ExitCode: 0 });
    await output('docker stop -t 5 life');
    const { State: state } = await inspect('life');
    expect(state).toMatchObject({ Status: 'exited', ExitCode: 3, Pid: 0, OOMKilled: false });
    expect(Date.parse(state.FinishedAt)).toBeGreaterThan(Date.parse(state.StartedAt));
    expect(await output('docker logs life')).toBe('term\nterm\n');
    await output('docker rm life');
  });

  test('what a container wrote is there after a restart and gone after rm', async () => {
    await output("docker run --name keep busybox sh -c 'echo x >> /file; wc -l < /file'");
    expect(await output('docker start -a keep')).toBe('2\n');
    await output('docker rm keep');
    expect(await output("docker run --name keep busybox sh -c 'ls /file 2>&1 || true'")).toContain(
      'No such file',
    );
    await output('docker rm keep');
  });

  test('a script without an interpreter and one whose interpreter is missing exit with 255', async () => {
    await output(
      'mkdir -p /tmp/bin; echo true > /tmp/bin/bare; printf "#!/nosuch\\n" > /tmp/bin/lost; chmod +x /tmp/bin/*',
    );
    for (const [name, reason] of [
      ['bare', 'exec format error'],
      ['lost', 'no such file or directory'],
    ]) {
      const { stderr, exitCode } = await host.run(
        `docker run --rm -v /tmp/bin:/b busybox /b/${name}`,
      );
      expect([stderr, exitCode]).toEqual([`exec /b/${name}: ${reason}\n`, 255]);
    }
  });

  test('on-failure starts it again as often as asked', async () => {
    await output(
      "docker run -d --name again --restart on-failure:2 busybox sh -c 'echo go; exit 1'",
    );
    await expect
      .poll(async () => (await inspect('again')).State.Status, { timeout: 15_000, interval: 300 })
      .toBe('exited');
    expect(await output('docker logs again')).toBe('go\ngo\ngo\n');
    expect((await inspect('again')).RestartCount).toBe(2);
    await output('docker rm again');
  });
});

test('nothing is left of all this', async () => {
  expect(await traces()).toBe('0\n/var/lib/docker/containers:\n\n/var/lib/docker/overlay2:\n');
});
