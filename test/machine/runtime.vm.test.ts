/**
 * What a HostConfig asks for, seen from inside the container: one machine, a container for each promise. The
 * refusals are unit tests (src/engine/spec, test/engine-runtime.test.ts).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestHost, startTestHost } from '../support/host.ts';

let host: TestHost;

beforeAll(async () => {
  host = await startTestHost();
  await host.run('docker pull -q busybox');
}, 60_000);

afterAll(async () => {
  await host.dispose();
});

/** `docker run --rm OPTIONS busybox sh -c SCRIPT`; standard output, then standard error, as lines. */
async function inContainer(options: string, script: string): Promise<string[]> {
  const quoted = script.replaceAll("'", `'\\''`);
  const { stdout, stderr } = await host.run(`docker run --rm ${options} busybox sh -c '${quoted}'`);
  return `${stdout}${stderr}`.trimEnd().split('\n');
}

const capabilities = 'grep -E "Cap(Prm|Eff|Bnd)" /proc/self/status | cut -f2';

describe('the process', () => {
  test('--init is PID 1, reaps orphans and ends as the command does', async () => {
    const lines = await inContainer(
      '--init',
      'cat /proc/1/cmdline | tr "\\0" " "; echo; (sleep 0.2 &); sleep 0.6; grep -l "State:.Z" /proc/[0-9]*/status | wc -l',
    );
    expect(lines[0]).toMatch(/^\/sbin\/docker-init -- sh -c /);
    expect(lines[1]).toBe('0');
    const stopped = await host.run(
      'docker run -d --name i1 --init busybox sh -c \'trap "exit 3" TERM; while :; do sleep 0.1; done\' > /dev/null; sleep 1; docker stop -t 5 i1; docker wait i1; docker rm i1',
    );
    expect(stopped.stdout).toBe('i1\n3\ni1\n');
  }, 120_000);

  test('has the user, groups, limits and score that were asked for', async () => {
    const lines = await inContainer(
      '-u daemon --group-add users --group-add 777 --ulimit nofile=10:20 --oom-score-adj 500 --security-opt no-new-privileges -w /tmp',
      'id; ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj; grep NoNewPrivs /proc/self/status | cut -f2; pwd',
    );
    expect(lines).toEqual([
      'uid=1(daemon) gid=1(daemon) groups=1(daemon),100(users),777',
      '10',
      '20',
      '500',
      '1',
      '/tmp',
    ]);
  });

  test('has the capabilities that were added and not those that were dropped', async () => {
    expect(await inContainer('--cap-drop ALL --cap-add NET_BIND_SERVICE', capabilities)).toEqual(
      Array.from({ length: 3 }, () => '0000000000000400'),
    );
    expect(await inContainer('--cap-add ALL --cap-drop CAP_SYS_ADMIN', capabilities)).toEqual(
      Array.from({ length: 3 }, () => '000001ffffdfffff'),
    );
  });

  test('a seccomp profile of the user decides, unconfined means no filter', async () => {
    const profile = {
      defaultAction: 'SCMP_ACT_ALLOW',
      architectures: ['SCMP_ARCH_X86'],
      syscalls: [
        { names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 28 },
        { names: ['sync'], action: 'SCMP_ACT_KILL_PROCESS' },
        {
          names: ['kill'],
          action: 'SCMP_ACT_ERRNO',
          args: [{ index: 1, value: 10, op: 'SCMP_CMP_EQ' }],
        },
      ],
    };
    await host.host.guest.writeFile('/tmp/p.json', Buffer.from(JSON.stringify(profile)));
    const lines = await inContainer(
      '--security-opt seccomp=/tmp/p.json',
      'grep Seccomp: /proc/self/status | cut -f2; mkdir /x; sync; echo $?; kill -USR1 $$; kill -0 $$ && echo alive',
    );
    expect(lines).toEqual([
      '2',
      '159',
      'alive',
      "mkdir: can't create directory '/x': No space left on device",
      'Bad system call',
      "sh: can't kill pid 1: Operation not permitted",
    ]);
    const unconfined = await inContainer(
      '--security-opt seccomp=unconfined',
      'grep Seccomp: /proc/self/status | cut -f2',
    );
    expect(unconfined).toEqual(['0']);
  });
});

describe('devices', () => {
  test('--device gives a node with the permissions of its rule, --device-cgroup-rule a right', async () => {
    const lines = await inContainer(
      '--device /dev/kmsg:/dev/x/kmsg:r',
      'ls -l /dev/x/kmsg | cut -c1-10; head -c 1 /dev/x/kmsg > /dev/null && echo read; echo a > /dev/x/kmsg',
    );
    expect(lines).toEqual([
      'crw-r--r--',
      'read',
      "sh: can't create /dev/x/kmsg: Operation not permitted",
    ]);
    const rule = await inContainer(
      "--device-cgroup-rule 'c 1:11 r'",
      'mknod /k c 1 11 && head -c 1 /k > /dev/null && echo read',
    );
    expect(rule).toEqual(['read']);
  });

  test('--privileged means all capabilities, all devices, nothing masked, no filter', async () => {
    const lines = await inContainer(
      '--privileged',
      `${capabilities} | sort -u; grep Seccomp: /proc/self/status | cut -f2; ls /dev/kmsg /dev/loop-control; mkdir /sys/fs/cgroup/below && echo made; grep -cE " (/proc/keys|/proc/sys) " /proc/self/mountinfo; mount -t tmpfs none /root && echo mounted`,
    );
    expect(lines).toEqual([
      '000001ffffffffff',
      '0',
      '/dev/kmsg',
      '/dev/loop-control',
      'made',
      '0',
      'mounted',
    ]);
  });
});

describe('file systems', () => {
  test('a tmpfs has its options, and the mode of what it covers', async () => {
    const lines = await inContainer(
      '--tmpfs /x:size=1m,mode=700,uid=5,exec --tmpfs /tmp --tmpfs /n/e/w',
      'grep " /x " /proc/mounts | cut -d" " -f3,4; stat -c "%a %u %n" /x /tmp /n/e /n/e/w',
    );
    expect(lines).toEqual([
      'tmpfs rw,nosuid,nodev,relatime,size=1024k,mode=700,uid=5',
      '700 5 /x',
      '1777 0 /tmp',
      '755 0 /n/e',
      '1777 0 /n/e/w',
    ]);
  });

  test('a read-only root covers what belongs to it, and nothing that is the container’s own', async () => {
    const lines = await inContainer(
      '--read-only --shm-size 1m',
      'echo x > /x; echo x >> /etc/hosts; echo x > /dev/shm/x && echo shm; df -k /dev/shm | tail -1 | tr -s " " | cut -d" " -f2',
    );
    expect(lines).toEqual([
      'shm',
      '1024',
      "sh: can't create /x: Read-only file system",
      "sh: can't create /etc/hosts: Read-only file system",
    ]);
  });

  test('a file is mounted where the image has none', async () => {
    const lines = await inContainer('-v /etc/hostname:/a/b/c:ro', 'cat /a/b/c; echo x > /a/b/c');
    expect(lines).toEqual(['bottleship', "sh: can't create /a/b/c: Read-only file system"]);
  });
});

describe('namespaces', () => {
  test('of another container are joined: its memory, processes, network and name', async () => {
    await host.run(
      "docker run -d --name donor -h donor --ipc shareable busybox sh -c 'echo s > /dev/shm/f; exec sleep 1000'",
    );
    const { stdout: own } = await host.run(
      'docker exec donor sh -c "readlink /proc/self/ns/ipc; readlink /proc/self/ns/pid; readlink /proc/self/ns/net"',
    );
    const joined = await inContainer(
      '--ipc container:donor --pid container:donor --network container:donor',
      'cat /dev/shm/f; cat /proc/1/comm; hostname; cat /etc/hostname; readlink /proc/self/ns/ipc; readlink /proc/self/ns/pid; readlink /proc/self/ns/net',
    );
    expect(joined).toEqual(['s', 'sleep', 'donor', 'donor', ...own.trimEnd().split('\n')]);
    await host.run('docker rm -f donor');
    expect((await host.run('grep -c mounts/shm /proc/self/mountinfo')).stdout).toBe('0\n');
  });

  test('of the machine are shared: pid, ipc, uts, cgroup', async () => {
    const names = 'for n in pid ipc uts cgroup net; do readlink /proc/self/ns/$n; done';
    const machine = (await host.run(names)).stdout.trimEnd().split('\n');
    const shared = await inContainer(
      '--pid host --ipc host --uts host --cgroupns host --network host',
      names,
    );
    expect(shared).toEqual(machine);
    expect(
      await inContainer('--ipc none', 'ls -d /dev/shm/*; grep -c /dev/shm /proc/mounts'),
    ).toEqual(['0', 'ls: /dev/shm/*: No such file or directory']);
  });

  test('hold the settings and names that were asked for', async () => {
    const lines = await inContainer(
      '-h ship --domainname sea.example --sysctl kernel.msgmax=4096 --sysctl net.ipv4.ip_forward=1',
      'hostname; cat /proc/sys/kernel/domainname; cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward',
    );
    expect(lines).toEqual(['ship', 'sea.example', '4096', '1']);
  });
});

describe('limits', () => {
  test('are those of the container’s cgroup, wherever its parent is', async () => {
    await host.run('truncate -s 1M /tmp/disk && losetup -f /tmp/disk');
    const files = 'memory.max memory.swap.max memory.low cpu.max cpu.weight pids.max io.weight';
    const lines = await inContainer(
      '-m 64m --memory-swap 96m --memory-reservation 32m --cpu-period 50000 --cpu-quota 25000 --cpu-shares 512 --pids-limit 50 --blkio-weight 300 --cgroup-parent /fleet/one --device-read-bps /dev/loop0:1mb',
      `cd /sys/fs/cgroup; cat ${files} io.max`,
    );
    expect(lines).toEqual([
      '67108864',
      '33554432',
      '33554432',
      '25000 50000',
      '20',
      '50',
      'default 2930',
      '7:0 rbps=1048576 wbps=max riops=max wiops=max',
    ]);
    const cgroup = await inContainer(
      '--cgroup-parent /fleet/one --cgroupns host',
      'cat /proc/self/cgroup',
    );
    expect(cgroup[0]).toMatch(/^0::\/fleet\/one\/[0-9a-f]{64}$/);
    expect((await host.run('find /sys/fs/cgroup/fleet/one -mindepth 1 -type d')).stdout).toBe('');
  });
});

describe('docker exec', () => {
  test('has the container’s filter and cgroup, and what it was asked for', async () => {
    await host.run('docker run -d --name ex --cap-drop MKNOD -e A=1 busybox sleep 1000');
    const { stdout } = await host.run(
      `docker exec -u 1000:users -w /tmp -e B=2 ex sh -c 'id; pwd; echo $A$B; cat /proc/self/cgroup; grep Seccomp: /proc/self/status | cut -f2; ${capabilities}'`,
    );
    expect(stdout.trimEnd().split('\n')).toEqual([
      'uid=1000 gid=100(users) groups=100(users)',
      '/tmp',
      '12',
      '0::/',
      '2',
      '0000000000000000',
      '0000000000000000',
      '00000000a00425fb',
    ]);
    const privileged = await host.run(
      `docker exec --privileged ex sh -c '${capabilities} | sort -u; grep Seccomp: /proc/self/status | cut -f2'`,
    );
    expect(privileged.stdout).toBe('000001ffffffffff\n2\n');
  });

  test('fails in Docker’s words, and dies with its container', async () => {
    const failing = async (command: string): Promise<string> => {
      const { stdout, stderr } = await host.run(`docker exec ${command}; echo $?`);
      return stdout + stderr;
    };
    const prefix = 'OCI runtime exec failed: exec failed: unable to start container process: ';
    expect(await failing('ex nosuch')).toBe(
      `${prefix}exec: "nosuch": executable file not found in $PATH: unknown\r\n127\n`,
    );
    expect(await failing('ex /etc/passwd')).toBe(
      `${prefix}exec: "/etc/passwd": permission denied: unknown\r\n126\n`,
    );
    expect(await failing('-w /nosuch ex true')).toBe(
      `${prefix}chdir to cwd ("/nosuch") set in config.json failed: no such file or directory: unknown\r\n127\n`,
    );
    const killed = await host.run(
      '(docker exec ex sleep 100; echo $?) & sleep 1.5; docker kill ex > /dev/null; wait; docker rm ex',
    );
    expect(killed.stdout).toBe('137\nex\n');
  });
});
