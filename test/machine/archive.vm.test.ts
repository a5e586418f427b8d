/** Copying into and out of containers: on the real kernel, running, paused and stopped. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiClient } from '../../src/client/api-client.ts';
import {
  containerCopyFrom,
  containerCopyTo,
  containerStatPath,
} from '../../src/client/containers.ts';
import { TarReader, type TarEntry } from '../../src/image/tar-reader.ts';
import { tarArchive, type TarWriterEntry } from '../../src/image/tar-writer.ts';
import { readAll } from '../support/fake-engine.ts';
import { type TestHost, startTestHost } from '../support/host.ts';

let host: TestHost;
let client: ApiClient;

beforeAll(async () => {
  host = await startTestHost();
  client = new ApiClient(host.host.api);
  await output('docker pull -q busybox');
  await output('docker run -d --name cp1 -v data:/data -v /tmp/ro:/ro:ro busybox sleep 10000');
});

afterAll(async () => {
  await host.dispose();
});

async function output(commandLine: string): Promise<string> {
  const { stdout, stderr, exitCode } = await host.run(commandLine);
  if (exitCode !== 0) throw new Error(`${commandLine}: exit ${exitCode}: ${stdout}${stderr}`);
  return stdout;
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}

type Entry = TarWriterEntry & { readonly data?: Uint8Array };

function file(name: string, content: string, rest: Partial<Entry> = {}): Entry {
  const data = new TextEncoder().encode(content);
  return { name, type: 'file', data, sizeBytes: data.length, ...rest };
}

async function put(
  path: string,
  entries: readonly Entry[],
  options: { container?: string; copyUidGid?: boolean } = {},
): Promise<void> {
  const tar = streamOf(tarArchive(entries));
  await containerCopyTo(client, { container: 'cp1', ...options, path, tar });
}

async function get(path: string, container = 'cp1'): Promise<Record<string, TarEntry>> {
  const { tar } = await containerCopyFrom(client, { container, path });
  const entries: Record<string, TarEntry> = {};
  const reader = new TarReader({ entry: (entry) => (entries[entry.name] = entry) });
  reader.write(await readAll(tar));
  reader.finish();
  return entries;
}

const stat = (path: string, container = 'cp1') => containerStatPath(client, { container, path });

/** Mounts of views and of the roots of containers that do not run. */
const mounts = () => output('grep -c -E "bottleship/views|overlay2/" /proc/mounts || true');

describe('archive', () => {
  test('HEAD tells kinds, bits, and where links lead', async () => {
    await output(
      `docker exec cp1 sh -c 'mkdir -p /t/d /w; echo hi > /t/f; ln -s /t/f /t/lf; ln -s nowhere /t/broken; ln -s ../../../../w /t/lw; chmod 4755 /t/f; chmod 1777 /w; mkfifo /t/p; touch -d @1000000000 /t/f'`,
    );
    expect(await stat('/t/f')).toEqual({
      name: 'f',
      size: 3,
      mode: 0o755 + 2 ** 23,
      mtime: '2001-09-09T01:46:40Z',
      linkTarget: '',
    });
    expect(await stat('/t/lf')).toMatchObject({ mode: 0o777 + 2 ** 27, linkTarget: '/t/f' });
    expect(await stat('/t/broken')).toMatchObject({ linkTarget: '/t/nowhere' });
    expect(await stat('/t/lw')).toMatchObject({ linkTarget: '/w' });
    expect(await stat('t/lw/')).toMatchObject({ name: 'lw', mode: 0o777 + 2 ** 31 + 2 ** 20 });
    expect(await stat('/')).toMatchObject({ name: '/' });
    expect(await stat('/t/p')).toMatchObject({ mode: 0o644 + 2 ** 25 });
    await expect(stat('/nosuch')).rejects.toMatchObject({ kind: 'notFound' });
  });

  test('GET names entries after the path, as it was written', async () => {
    await output(
      `docker exec cp1 sh -c 'echo x > /w/in; ln /w/in /w/same; mknod /w/null c 1 3; setfattr 2>/dev/null; true'`,
    );
    expect(Object.keys(await get('/t/f'))).toEqual(['f']);
    expect((await get('/t/lw'))['lw']).toMatchObject({ type: 'symlink' });
    expect(Object.keys(await get('/t/lw/')).sort()).toEqual(['lw/', 'lw/in', 'lw/null', 'lw/same']);
    const contents = await get('/t/lw/.');
    expect(Object.keys(contents).sort()).toEqual(['./', './in', './null', './same']);
    expect(contents['./null']).toMatchObject({ type: 'char', deviceMajor: 1, deviceMinor: 3 });
    expect(Object.values(contents).filter(({ type }) => type === 'link')).toHaveLength(1);
    expect(Object.keys(await get('/'))).toEqual(expect.arrayContaining(['/', '/t/f', '/data/']));
    await expect(get('/nosuch')).rejects.toThrow(
      'Error response from daemon: Could not find the file /nosuch in container cp1',
    );
  });

  test('PUT unpacks with owners and modes, follows links inside the root only', async () => {
    await put('/t/lw', [
      file('own', 'mine', { uid: 12, gid: 34, mode: 0o4711, mtimeSeconds: 5 }),
      { name: '.', type: 'dir', mode: 0o700 },
      file('deep/er/f', 'x'),
    ]);
    expect(await output('docker exec cp1 stat -c "%u %g %a %Y" /w/own')).toBe('12 34 4711 5\n');
    expect(await output('docker exec cp1 stat -c "%a" /w')).toBe('1777\n');
    await output(`docker exec cp1 ln -s /etc /t/d/link`);
    await put('/t/d', [file('link/through', 'in the container')]);
    expect(await output('docker exec cp1 cat /etc/through')).toBe('in the container');
    expect(await output('ls /etc/through 2>&1 || true')).toContain('No such file');
    await put('/t', [{ name: 'abs', type: 'symlink', linkName: '/etc/passwd' }]);
  });

  const refusals: readonly [string, string, readonly Entry[], string][] = [
    ['a name that leads out', '/t', [file('../evil', 'x')], '"../evil" is outside of "/t"'],
    ['a symlink that leads out', '/t', [{ name: 's', type: 'symlink', linkName: '../../x' }],
      'invalid symlink "/t/s" -> "../../x"'],
    ['a hard link that leads out', '/t', [{ name: 'h', type: 'link', linkName: '../etc/passwd' }],
      'invalid hardlink "/etc/passwd" -> "../etc/passwd"'],
    ['a directory replaced by a file', '/t', [file('d', 'x')],
      'cannot overwrite directory "/t/d" with non-directory "/t"'],
    ['a file replaced by a directory', '/t', [{ name: 'f', type: 'dir' }],
      'cannot overwrite non-directory "/t/f" with directory "/t"'],
    ['a file as the place', '/t/f', [file('x', 'x')], 'extraction point is not a directory'],
    ['a place that is missing', '/nosuch', [file('x', 'x')],
      'Could not find the file /nosuch in container cp1'],
    ['a read-only volume', '/ro', [file('x', 'x')], 'mounted volume is marked read-only'],
  ]; // prettier-ignore

  test.each(refusals)('PUT refuses %s', async (_name, path, entries, message) => {
    await expect(put(path, entries)).rejects.toThrow(`Error response from daemon: ${message}`);
  });

  test('PUT refuses what is no archive, and takes a compressed one', async () => {
    const send = (bytes: Uint8Array) =>
      containerCopyTo(client, { container: 'cp1', path: '/w', tar: streamOf(bytes) });
    await expect(send(new TextEncoder().encode('no tar'))).rejects.toThrow('unexpected EOF');
    await expect(send(new Uint8Array(2048).fill(65))).rejects.toThrow('invalid tar header');
    const tar = tarArchive([file('zipped', 'z'.repeat(200_000))]);
    const gzip = new CompressionStream('gzip');
    const packed = new Blob([tar.slice()]).stream().pipeThrough(gzip);
    await containerCopyTo(client, { container: 'cp1', path: '/w', tar: packed });
    expect(await output('docker exec cp1 wc -c /w/zipped')).toBe('200000 /w/zipped\n');
  });

  test('volumes are seen, stopped or running, and nothing stays mounted', async () => {
    await put('/data', [file('v', 'in the volume')]);
    expect(await output('docker exec cp1 cat /data/v')).toBe('in the volume');
    await output('docker create --name cp2 -v data:/data --user 7:8 busybox true');
    const before = await mounts();
    expect(Object.keys(await get('/data', 'cp2')).sort()).toEqual(['data/', 'data/v']);
    await put('/tmp', [file('stopped', 'x')], { container: 'cp2', copyUidGid: true });
    expect((await get('/tmp/stopped', 'cp2'))['stopped']).toMatchObject({ uid: 7, gid: 8 });
    const all = ['/bin', '/etc', '/data', '/tmp'].map((path) => get(path, 'cp2'));
    expect(await Promise.all(all)).toHaveLength(4);
    const { tar } = await containerCopyFrom(client, { container: 'cp2', path: '/' });
    const running = output('docker start -a cp2');
    await tar.cancel();
    await running;
    expect(await mounts()).toBe(before);
    await output('docker rm cp2');
  });

  test('a paused container can be copied from and to; a read-only root not to', async () => {
    await output('docker pause cp1');
    await put('/t', [file('while-paused', 'x')]);
    expect(await stat('/t/while-paused')).toMatchObject({ size: 1 });
    await output('docker unpause cp1; docker create --name cp3 --read-only busybox true');
    await expect(put('/tmp', [file('x', 'x')], { container: 'cp3' })).rejects.toThrow(
      'Error response from daemon: container rootfs is marked read-only',
    );
    await output('docker rm cp3');
  });

  test('sparse files stay sparse, and hosts is the container’s own', async () => {
    await output('docker exec cp1 truncate -s 1M /t/sparse');
    const { tar } = await containerCopyFrom(client, { container: 'cp1', path: '/t/sparse' });
    await containerCopyTo(client, { container: 'cp1', path: '/w', tar });
    expect(await output('docker exec cp1 stat -c "%s %b" /w/sparse')).toBe('1048576 0\n');
    const etc = await get('/etc/hosts');
    expect(etc['hosts']?.sizeBytes).toBeGreaterThan(20);
  });
});
