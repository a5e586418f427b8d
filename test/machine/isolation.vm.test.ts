/** What a container must not be able to do, tried from inside one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestHost, startTestHost } from '../support/host.ts';

let host: TestHost;

beforeAll(async () => {
  host = await startTestHost();
  await host.run('docker pull -q busybox');
});

afterAll(async () => {
  await host.dispose();
});

const inContainer = (script: string, options = ''): ReturnType<TestHost['run']> =>
  host.run(`docker run --rm ${options} busybox sh -c '${script}'`);

describe('a container', () => {
  test('cannot mount anything, over the machine or itself', async () => {
    const { stdout, stderr } = await inContainer(
      'mount -t tmpfs none /mnt; mkdir -p /mnt; mount --bind / /mnt; echo done',
    );
    expect(stdout).toBe('done\n');
    expect(stderr).toMatch(/permission denied|Operation not permitted/i);
  });

  test('writes only to its own upper directory: the layer and other containers stay as they were', async () => {
    await inContainer('echo changed > /etc/passwd; rm /bin/ls; echo secret > /secret');
    const { stdout } = await inContainer('head -n 1 /etc/passwd; ls /bin/ls; ls /secret 2>&1');
    expect(stdout).toMatch(/^root:/);
    expect(stdout).toContain('/bin/ls\n');
    expect(stdout).toContain('No such file');
  });

  test('sees its own processes only', async () => {
    const { stdout } = await inContainer('ls -d /proc/[0-9]* | wc -l');
    expect(Number(stdout)).toBeLessThanOrEqual(4);
  });

  test('cannot signal a process of the machine, nor enter a namespace', async () => {
    const { stdout } = await host.run(
      'sleep 1000 & docker run --rm busybox sh -c "kill -9 $!; echo \\$?; nsenter -t 1 -m true; echo \\$?" 2>&1; kill -0 $! && echo alive; kill $!',
    );
    expect(stdout).toMatch(/No such process\n1\n/);
    expect(stdout).toMatch(/not permitted\n1\nalive\n$/);
  });

  test('does not find the machine’s 9p export or the agent’s socket', async () => {
    const { stdout } = await inContainer(
      'cut -d " " -f 1-3 /proc/mounts; ls -R /run; ls -d /var/lib/docker 2>&1',
    );
    expect(stdout).toContain('overlay / overlay\n');
    expect(stdout).not.toContain(' 9p\n');
    expect(stdout).not.toContain('bottleship');
    expect(stdout).toContain('/var/lib/docker: No such file');
  });

  test('has Docker’s default capabilities, seccomp filter and no device but the harmless', async () => {
    const { stdout } = await inContainer(
      'grep -E "^(CapEff|CapBnd|Seccomp):" /proc/self/status; ls /dev',
    );
    expect(stdout).toContain('CapEff:\t00000000a80425fb');
    expect(stdout).toContain('CapBnd:\t00000000a80425fb');
    expect(stdout).toContain('Seccomp:\t2');
    expect(stdout.trim().split('\n').slice(3)).toEqual(
      'fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero'.split(' '),
    );
  });

  test('cannot make a device that reaches the machine', async () => {
    const { stdout, stderr } = await inContainer(
      'mknod /tmp/kmsg c 1 11; head -c 1 /tmp/kmsg; echo $?',
    );
    expect(stdout).toBe('1\n');
    expect(stderr).toMatch(/Operation not permitted/);
  });

  test('cannot write the masked and read-only parts of /proc and /sys', async () => {
    const { stdout } = await inContainer(
      'for f in /proc/sysrq-trigger /proc/sys/kernel/panic /sys/fs/cgroup/pids.max; do (echo 1 > $f) 2>&1; done; mkdir /sys/fs/cgroup/x 2>&1',
    );
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => /Read-only file system/.test(line)),
    ).toEqual([true, true, true, true]);
  });

  test('does not see the card that carries the agent’s frames, even in the machine’s network', async () => {
    await host.host.networkReady;
    const { stdout } = await inContainer(
      'ls -d /sys/class/net/*/device 2>&1; ip -o link',
      '--network host',
    );
    expect(stdout).toContain(' lo: ');
    // eth0 is one end of a veth, whose other end is the gateway's.
    expect(stdout).toContain('/sys/class/net/*/device: No such file');
  });

  test('cannot come to the gateway’s listener, nor into its namespace', async () => {
    await host.host.networkReady;
    const { stdout } = await inContainer(
      'nc -w 5 10.0.2.2 15001 </dev/null; echo $?; nc -w 5 10.0.2.3 15001 </dev/null; echo $?; ' +
        'ls /run/bottleship 2>&1; nsenter --net=/run/bottleship/gateway true 2>&1; echo $?',
    );
    expect(stdout).toMatch(/^1\n1\n.*No such file.*\n.*\n1\n$/);
  });

  test('cannot change the clock, the host name of the machine or load modules', async () => {
    const before = (await host.run('hostname; date +%Y')).stdout;
    const { stderr } = await inContainer('date -s 2001-01-01; hostname evil; reboot -f');
    expect(stderr).toMatch(/not permitted/i);
    expect((await host.run('hostname; date +%Y')).stdout).toBe(before);
  });

  test('does not lead a copy out of its root, in or out, by links of its own', async () => {
    await host.run(
      "docker run --name trap busybox sh -c 'ln -s / /up; ln -s ../../../../../.. /far; ln -s /var/lib/docker /d'",
    );
    const { stdout, stderr } = await host.run(
      'echo in > /tmp/in; docker cp /tmp/in trap:/up/copied; docker cp /tmp/in trap:/far/copied2; ls /copied /copied2 2>&1; docker cp trap:/far/etc/debian_version - ; docker cp trap:/d/overlay2 -; docker cp trap:/copied2 - | tar -xO; docker rm trap',
    );
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringContaining("'/copied': No such file"),
      expect.stringContaining("'/copied2': No such file"),
      'in',
      'trap',
    ]);
    expect(stderr.match(/Could not find the file/g)).toHaveLength(2);
  }, 60_000);

  test('gets of a volume’s subpath what lies in the volume, whatever its links say', async () => {
    await host.run(
      "docker run --rm -v evil:/v busybox sh -c 'ln -s / /v/root; ln -s ../../.. /v/up; mkdir /v/a; ln -s ../.. /v/a/up'",
    );
    const mount = (subpath: string) =>
      `docker run --rm --mount type=volume,src=evil,dst=/m,volume-subpath=${subpath} busybox ls /m`;
    for (const subpath of ['root', 'up', 'a/up', 'root/etc']) {
      const { stdout, stderr, exitCode } = await host.run(mount(subpath));
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 125 });
      expect(stderr).toMatch(/path concatenation escapes the base directory/);
    }
  }, 60_000);

  test('opens the device it was given, as it was allowed to, and no other', async () => {
    const { stdout } = await inContainer(
      '(exec 3</dev/k) && echo opened; (echo x > /dev/k) 2>&1; mknod /tmp/m c 1 1; (exec 3</tmp/m) 2>&1',
      '--device /dev/kmsg:/dev/k:r',
    );
    expect(stdout).toMatch(/^opened\n/);
    expect(stdout.match(/Operation not permitted/g)).toHaveLength(2);
  }, 60_000);

  test('gains capabilities by exec --privileged, but neither devices nor another seccomp filter', async () => {
    await host.run('docker run -d --name plain busybox sleep 1000');
    const { stdout } = await host.run(
      `docker exec --privileged plain sh -c 'grep -E "^(CapEff|Seccomp):" /proc/self/status; mknod /tmp/k c 1 11; (head -c 1 /tmp/k) 2>&1'; docker exec plain grep CapEff /proc/self/status; docker rm -f plain`,
    );
    expect(stdout).toMatch(
      /^CapEff:\t000001ffffffffff\nSeccomp:\t2\n.*Operation not permitted\nCapEff:\t00000000a80425fb\nplain\n$/s,
    );
  }, 60_000);
});
