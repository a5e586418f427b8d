/** Requests that try to leave a container's root or to bring the engine down: refused or contained, and it goes on. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ApiResponse } from '../../src/api/http.ts';
import { tarArchive, type TarWriterEntry } from '../../src/image/tar-writer.ts';
import { bodyBytes } from '../support/fake-engine.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import { hostileTars, tarOf } from '../support/tars.ts';

let host: TestHost;

beforeAll(async () => {
  host = await startTestHost();
  await output('docker pull -q busybox');
  await output('docker run -d --name box busybox sleep 10000');
  await output('docker exec box mkdir /room');
  await output('echo top > /tmp/secret; mkdir -p /tmp/only-here');
}, 120_000);

afterAll(async () => {
  await host.dispose();
});

/** Whatever was asked, the engine answers and the container runs. */
afterEach(async () => {
  expect((await request('GET', '/_ping')).status).toBe(200);
  const inspected = await request('GET', '/containers/box/json');
  const text = new TextDecoder().decode(await bodyBytes(inspected));
  expect(JSON.parse(text)).toMatchObject({ State: { Status: 'running' } });
});

async function output(commandLine: string): Promise<string> {
  const { stdout, stderr, exitCode } = await host.run(commandLine);
  if (exitCode !== 0) throw new Error(`${commandLine}: exit ${exitCode}: ${stdout}${stderr}`);
  return stdout;
}

function request(
  method: string,
  path: string,
  body?: Uint8Array | ReadableStream<Uint8Array>,
  headers: Readonly<Record<string, string>> = {},
): Promise<ApiResponse> {
  return host.host.api({ method, path, headers, ...(body === undefined ? {} : { body }) });
}

const archive = (path: string) => `/containers/box/archive?path=${encodeURIComponent(path)}`;

async function put(
  path: string,
  body: Uint8Array | ReadableStream<Uint8Array>,
): Promise<{ status: number; text: string }> {
  const response = await request('PUT', archive(path), body, {
    'content-type': 'application/x-tar',
  });
  return { status: response.status, text: new TextDecoder().decode(await bodyBytes(response)) };
}

async function get(path: string): Promise<{ status: number; text: string }> {
  const response = await request('GET', archive(path));
  return { status: response.status, text: new TextDecoder().decode(await bodyBytes(response)) };
}

describe('archives put into a container', () => {
  test('hostile members stay inside', async () => {
    const tars = Object.entries(hostileTars);
    await output(`docker exec box mkdir ${tars.map((_, index) => `/room/${index}`).join(' ')}`);
    for (const [index, [name, members]] of tars.entries()) {
      const { status } = await put(`/room/${index}`, tarOf(members));
      expect([200, 400, 403, 404, 500], name).toContain(status);
    }
    const read = await host.run('docker exec box sh -c "cat /room/*/h /room/*/i /room/*/s"');
    expect(read.stdout).not.toContain('top');
  });

  test('a path through .. or a symlink ends in the container’s root', async () => {
    await output('docker exec box ln -sfn ../../../../../../tmp/only-here /up');
    expect((await put('/up', tarOf([{ name: 'evil9', type: '0' }]))).status).toBe(404);
    const { status } = await put('/../../../../../tmp', tarOf([{ name: 'evil10', type: '0' }]));
    expect(status).toBe(200);
    expect(await output('docker exec box ls /tmp')).toContain('evil10');
    expect(await output('ls /tmp/only-here')).toBe('');
  });

  test('a device of an archive cannot be used without permission', async () => {
    const entry: TarWriterEntry = { name: 'mem', type: 'char', deviceMajor: 1, deviceMinor: 1 };
    await put('/room', tarArchive([entry]));
    const { exitCode, stderr } = await host.run('docker exec box head -c1 /room/mem');
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/not permitted|No such file/)]);
  });

  test('a fifo blocks nobody, neither in nor out', async () => {
    expect((await put('/room', tarArchive([{ name: 'pipe', type: 'fifo' }]))).status).toBe(200);
    expect((await get('/room')).status).toBe(200);
  });

  test('a file that claims to be huge is an early end, and leaves no such file', async () => {
    const whole = tarArchive([{ name: 'huge', type: 'file', data: new Uint8Array(4096) }]);
    const claimed = whole.slice(0, 512);
    claimed.set(new TextEncoder().encode('77777777777\0'), 124);
    claimed.fill(0x20, 148, 156);
    const sum = claimed.reduce((total, byte) => total + byte, 0);
    claimed.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    const { status, text } = await put('/room', Buffer.concat([claimed, new Uint8Array(4096)]));
    expect([status, text]).toEqual([expect.toSatisfy((code) => code >= 400), expect.any(String)]);
  });

  test('garbage, a cut archive and an endless header are errors', async () => {
    const good = tarArchive([{ name: 'a', type: 'file', data: new Uint8Array(2000) }]);
    for (const bytes of [new Uint8Array(1024).fill(7), good.slice(0, 700)])
      expect((await put('/room', bytes)).status).toBeGreaterThanOrEqual(400);
    const endless = tarArchive([{ name: 'n'.repeat(2 * 1024 * 1024), type: 'file' }]);
    expect((await put('/room', endless)).status).toBeGreaterThanOrEqual(400);
  });
});

describe('archives read from a container', () => {
  test('symlinks are resolved in the container or archived as links', async () => {
    const links = ['/tmp/secret', '../../../../../../../tmp/secret', '/proc/1/root/tmp/secret'];
    const commands = links.map((target, index) => `ln -sfn ${target} /room/l${index}`);
    await output(`docker exec box sh -c "${commands.join('; ')}; ln -sfn / /room/root"`);
    for (const index of links.keys())
      for (const path of [`/room/l${index}`, `/room/l${index}/`, `/room/l${index}/.`]) {
        const { text } = await get(path);
        expect(text).not.toContain('top\n');
      }
    for (const path of [
      '/../../../tmp/secret',
      '/room/root/../../tmp/secret',
      '/room/root/tmp/secret',
    ])
      expect((await get(path)).status).toBe(404);
  });

  test('a sparse file is read as far as the client wants', async () => {
    await output('docker exec box truncate -s 300G /room/sparse');
    const { body } = await request('GET', archive('/room/sparse'));
    if (!(body instanceof ReadableStream)) throw new Error('Not a stream');
    const reader = body.getReader();
    expect((await reader.read()).done).toBe(false);
    await reader.cancel();
    await output('docker exec box rm /room/sparse');
  });
});

describe('bodies and headers', () => {
  const json = { 'content-type': 'application/json' };
  const create = async (text: string) =>
    (await request('POST', '/containers/create', new TextEncoder().encode(text), json)).status;

  test('deep, long and wide JSON is refused', async () => {
    expect(await create(`{"Labels":${'['.repeat(200_000)}`)).toBe(400);
    expect(await create(`{"Labels":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`)).toBe(400);
    expect(await create(`{"Image":"${'x'.repeat(5 * 1024 * 1024)}"}`)).toBe(400);
    expect(await create(`{"Image":"${'x'.repeat(1024 * 1024)}"}`)).toBe(400);
  });

  test('prototype names in objects are only names', async () => {
    const text = '{"Image":"busybox","Labels":{"__proto__":"x","constructor":"y"}}';
    expect(await create(text)).toBe(201);
    expect(await create('{"Image":"busybox","__proto__":{"Tty":true},"HostConfig":{}}')).toBe(201);
    expect(({} as { Tty?: boolean }).Tty).toBeUndefined();
  });

  test('names with slashes and dots name nothing else', async () => {
    for (const name of ['..%2f..%2fetc', '%2e%2e', '.', '%00', 'box%2f..%2fbox'])
      expect([400, 404]).toContain((await request('GET', `/containers/${name}/json`)).status);
    for (const name of ['..%2f..%2ftmp', '%2e%2e'])
      expect([400, 404]).toContain((await request('DELETE', `/volumes/${name}`)).status);
  });
});

test('nothing outside the container changed, and the machine goes on', async () => {
  expect(await output('docker exec box echo alive')).toBe('alive\n');
  expect(await output('cat /tmp/secret; ls /tmp/only-here')).toBe('top\n');
  const find = 'find / -xdev -name "evil*" 2>/dev/null | grep -v /overlay2/ || true';
  expect(await output(find)).toBe('');
});
