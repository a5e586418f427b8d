/** Volumes on a real kernel: mounts of their own, subpaths, and what an empty one is filled with. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestHost, startTestHost } from '../support/host.ts';

let host: TestHost;

beforeAll(async () => {
  host = await startTestHost();
  await host.run('docker pull -q busybox');
}, 120_000);

afterAll(async () => {
  await host.dispose();
});

async function lines(commandLine: string): Promise<string[]> {
  const { stdout, stderr } = await host.run(commandLine);
  return `${stdout}${stderr}`.trimEnd().split('\n');
}

const mountCount = 'grep -c volumes/ /proc/mounts';

test('an empty volume gets the owner and the mode of the image’s directory', async () => {
  expect(
    await lines(
      `docker run --name made busybox sh -c 'mkdir -m 700 /data /full; touch /full/x; chown -R 7:8 /data /full' && docker commit made made >/dev/null; ` +
        `docker run --rm -v one:/data -v two:/full made stat -c '%u:%g %a %n' /data /full; docker rm made; docker volume rm one two`,
    ),
  ).toEqual(['7:8 700 /data', '7:8 700 /full', 'made', 'one', 'two']);
}, 60_000);

describe('a volume of the local driver with options', () => {
  test('is mounted for those who need it, once, and unmounted after the last', async () => {
    await host.run('docker volume create -o type=tmpfs -o device=tmpfs -o o=size=1m,uid=1000 tt');
    expect(
      await lines(
        `docker run -d --name va -v tt:/x busybox sleep 100 >/dev/null; docker run -d --name vb -v tt:/y busybox sleep 100 >/dev/null; ` +
          `docker exec va sh -c 'grep -o "/x tmpfs.*size=1024k,uid=1000" /proc/mounts; echo hi > /x/f'; docker exec vb cat /y/f; ${mountCount}; ` +
          `docker rm -f va; ${mountCount}; docker cp vb:/y/f -| tar -xO; docker rm -f vb; ${mountCount}; docker run --rm -v tt:/x busybox ls /x`,
      ),
    ).toEqual(['/x tmpfs rw,relatime,size=1024k,uid=1000', 'hi', '1', 'va', '1', 'hi', 'vb', '0']);
  }, 120_000);

  test('binds a directory of the machine, and takes the image’s files when that is empty', async () => {
    expect(
      await lines(
        'mkdir /srv/d; docker volume create -o type=none -o o=bind -o device=/srv/d bb >/dev/null; docker run --rm -v bb:/etc busybox touch /etc/new; ls /srv/d | grep -cE "^(passwd|new)$"; docker volume rm bb; ls /srv/d/new',
      ),
    ).toEqual(['2', 'bb', '/srv/d/new']);
  }, 60_000);

  test('that cannot be mounted says why, and nothing was run', async () => {
    const at = '/var/lib/docker/volumes/no/_data';
    expect(
      await lines(
        'docker volume create -o type=none -o o=bind -o device=/nosuch no >/dev/null; docker run --name bad -v no:/x busybox true 2>&1 | head -1; docker inspect -f "{{.State.Status}} {{.State.ExitCode}}" bad',
      ),
    ).toEqual([
      `docker: Error response from daemon: error while mounting volume '${at}': failed to mount local volume: mount /nosuch:${at}, flags: 0x1000: no such file or directory`,
      'created 128',
    ]);
  }, 60_000);
});

test('an empty volume is filled when a container is made, not before and not against --nocopy', async () => {
  expect(
    await lines(
      'docker create -v no:/etc:nocopy -v f1:/etc busybox 2>&1 | grep -c Duplicate; docker volume create f1 >/dev/null; docker run --rm -v f1:/nosuch busybox true; docker create --name vn -v f1:/etc:nocopy busybox >/dev/null; ls /var/lib/docker/volumes/f1/_data | wc -l; docker create --name vf -v f1:/etc busybox >/dev/null; ls /var/lib/docker/volumes/f1/_data; docker rm vn vf',
    ),
  ).toEqual(
    '1 0 group hostname hosts mtab nsswitch.conf passwd resolv.conf shadow vn vf'.split(' '),
  );
}, 60_000);

describe('volume-subpath', () => {
  const run = (subpath: string) =>
    `docker run --rm --mount type=volume,src=sv,dst=/m,volume-subpath=${subpath} busybox`;

  test('mounts what lies there, a directory or a file', async () => {
    await host.run(
      "docker run --rm -v sv:/v busybox sh -c 'mkdir -p /v/a/b; echo one > /v/a/b/f; ln -s a/b /v/in; ln -s /etc /v/out; ln -s ../../../../../etc /v/up'",
    );
    expect(
      await lines(`${run('a/b')} cat /m/f; ${run('in')} ls /m; ${run('a/b/f')} cat /m`),
    ).toEqual(['one', 'f', 'one']);
  }, 120_000);

  test('does not lead out of the volume', async () => {
    const base = '/var/lib/docker/volumes/sv/_data';
    const message = (subpath: string) =>
      `docker: Error response from daemon: path concatenation escapes the base directory, base: ${base}, subpath: ${subpath}`;
    for (const subpath of ['out', 'up'])
      expect((await lines(`${run(subpath)} ls /m`))[0]).toBe(message(subpath));
    expect((await lines(`${run('nosuch')} ls /m`))[0]).toBe(
      `docker: Error response from daemon: cannot access path ${base}/nosuch: lstat ${base}/nosuch: no such file or directory`,
    );
  }, 120_000);
});

test('a read-only bind is read-only with what is mounted below it, unless asked otherwise', async () => {
  const write = 'touch /m/below/x && echo written';
  const bind = 'type=bind,src=/srv/r,dst=/m,readonly';
  expect(
    await lines(
      `mkdir -p /srv/r/below; mount -t tmpfs none /srv/r/below; docker run --rm --mount ${bind} busybox sh -c '${write}'; ` +
        `docker run --rm --mount ${bind},bind-recursive=writable busybox sh -c '${write}'; ` +
        `docker run --rm --mount ${bind},bind-recursive=disabled busybox sh -c 'grep -c /m/below /proc/mounts'`,
    ),
  ).toEqual(['written', '0', 'touch: /m/below/x: Read-only file system']);
}, 120_000);
