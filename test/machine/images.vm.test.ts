/**
 * Images made on the real machine and exchanged with other people's tools: committed from a container, saved and read
 * by skopeo and umoci, packed by those and loaded, pushed to a real registry and pulled back.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiResponse } from '../../src/api/http.ts';
import type { ImageInspect, JsonMessage } from '../../src/api/image.ts';
import { bodyBytes } from '../support/fake-engine.ts';
import { type TestHost, startTestHost } from '../support/host.ts';
import { execOk } from '../support/process.ts';
import { serveRegistry } from '../support/registry-fixture.ts';

let host: TestHost;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bottleship-images-'));
  host = await startTestHost();
  await output('docker pull -q busybox');
});

afterAll(async () => {
  await host.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function output(commandLine: string): Promise<string> {
  const { stdout, stderr, exitCode } = await host.run(commandLine);
  if (exitCode !== 0) throw new Error(`${commandLine}: exit ${exitCode}: ${stdout}${stderr}`);
  return stdout;
}

async function call(method: string, path: string, body?: Uint8Array): Promise<ApiResponse> {
  const response = await host.host.api({
    method,
    path: `/v1.51${path}`,
    headers: {},
    ...(body === undefined ? {} : { body }),
  });
  if (response.status >= 400) {
    throw new Error(`${method} ${path}: ${new TextDecoder().decode(await bodyBytes(response))}`);
  }
  return response;
}

async function json<T>(method: string, path: string): Promise<T> {
  const bytes = await bodyBytes(await call(method, path));
  return JSON.parse(new TextDecoder().decode(bytes)) as T;
}

async function messages(method: string, path: string, body?: Uint8Array): Promise<JsonMessage[]> {
  const text = new TextDecoder().decode(await bodyBytes(await call(method, path, body)));
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JsonMessage);
}

function inspect(name: string): Promise<ImageInspect> {
  return json('GET', `/images/${name}/json`);
}

/** A container that wrote all kinds of things, committed as `made:1`. */
const script = [
  'mkdir -p /room/sub',
  'echo one > /room/a; ln /room/a /room/b; ln -s a /room/c',
  'mkfifo /room/pipe; chmod 4750 /room/a; chown 12:34 /room/sub',
  'rm /bin/vi; rm -r /etc; mkdir /etc; echo new > /etc/only',
  'echo volume > /data/x; echo tmp > /tmp/t',
].join('; ');

describe('commit', () => {
  test(
    'keeps files, links, modes and what is gone, not volumes',
    { timeout: 180_000 },
    async () => {
      await output(
        `docker run --name maker -v kept:/data --tmpfs /tmp busybox sh -c '${script}; sleep 0'`,
      );
      const query = 'container=maker&repo=made&tag=1&comment=c&author=a&changes=WORKDIR+%2Froom';
      const { Id: id } = await json<{ Id: string }>('POST', `/commit?${query}`);
      const again = await json<{ Id: string }>('POST', '/commit?container=maker');
      const image = await inspect('made:1');
      expect(image.Id).toBe(id);
      expect((await inspect(again.Id)).RootFS).toEqual(image.RootFS);
      const look = [
        'stat -c "%n %a %u:%g %h %F" a b c pipe sub',
        'cat a c',
        'ls /bin/vi /data /tmp /etc 2>&1',
        'cat /etc/only',
        'pwd',
      ].join('; ');
      expect(await output(`docker run --rm made:1 sh -c '${look}'`)).toBe(
        [
          'a 4750 0:0 2 regular file',
          'b 4750 0:0 2 regular file',
          'c 777 0:0 1 symbolic link',
          'pipe 644 0:0 1 fifo',
          'sub 755 12:34 2 directory',
          'one',
          'one',
          'ls: /bin/vi: No such file or directory',
          '/data:',
          '',
          '/etc:',
          'hostname',
          'hosts',
          'only',
          'resolv.conf',
          '',
          '/tmp:',
          'new',
          '/room',
          '',
        ].join('\n'),
      );
    },
  );

  test('of a running container goes on after a pause', async () => {
    await output('docker run -d --name runner busybox sh -c "date > /now; exec sleep 1000"');
    await output('until docker exec runner test -s /now; do :; done');
    await json('POST', '/commit?container=runner&repo=running');
    expect(await output("docker inspect -f '{{.State.Status}}' runner")).toBe('running\n');
    expect(await output('docker run --rm running cat /now')).toMatch(/20\d\d/);
    await output('docker rm -f runner');
  });
});

async function saved(...names: string[]): Promise<string> {
  const query = names.map((name) => `names=${encodeURIComponent(name)}`).join('&');
  const path = join(folder, `${names.join('-').replaceAll(/[^a-z0-9]/g, '_')}.tar`);
  await writeFile(path, await bodyBytes(await call('GET', `/images/get?${query}`)));
  return path;
}

describe('an archive', () => {
  test('is read by skopeo and umoci, with the same IDs', async () => {
    const image = await inspect('made:1');
    const archive = await saved('made:1', 'busybox');
    const config = await execOk('skopeo', [
      'inspect',
      '--config',
      '--raw',
      `docker-archive:${archive}:made:1`,
    ]);
    expect(`sha256:${createHash('sha256').update(config).digest('hex')}`).toBe(image.Id);

    const layout = join(folder, 'layout');
    await mkdir(layout);
    await execOk('tar', ['-xf', archive, '-C', layout]);
    const raw = await execOk('umoci', ['stat', '--json', '--image', `${layout}:1`]);
    expect(raw).toContain('/room');
    const bundle = join(folder, 'bundle');
    await execOk('umoci', ['raw', 'unpack', '--image', `${layout}:1`, bundle]);
    expect(await readFile(join(bundle, 'room/b'), 'utf8')).toBe('one\n');
    expect(await readFile(join(bundle, 'etc/only'), 'utf8')).toBe('new\n');
  });

  test('made by skopeo is loaded: docker and OCI, packed anew', async () => {
    const image = await inspect('made:1');
    const archive = await saved('made:1');
    await output('docker rm -f maker');
    // skopeo writes a config anew when it goes from one family to the other, so each starts from its own.
    const forms = {
      'docker-archive': { source: `docker-archive:${archive}`, file: 'd.tar', name: 'copy:d' },
      'oci-archive': { source: `oci:${join(folder, 'layout')}:1`, file: 'o.tar', name: 'copy:o' },
    };
    for (const [kind, { source, file, name }] of Object.entries(forms)) {
      const target = join(folder, file);
      await execOk('skopeo', ['copy', '-q', source, `${kind}:${target}:docker.io/library/${name}`]);
      const said = await messages('POST', '/images/load?quiet=1', await readFile(target));
      expect(said).toEqual([{ stream: `Loaded image: ${name}\n` }]);
      const loaded = await inspect(name);
      expect(loaded.RootFS).toEqual(image.RootFS);
      expect(loaded.Id).toBe(image.Id);
    }
    expect(await output('docker run --rm copy:o cat a')).toBe('one\n');
  });
});

describe('a registry', () => {
  test('takes a push, mounts what it has, and gives the same image back', async () => {
    const storage = join(folder, 'storage');
    await mkdir(storage);
    const registry = await serveRegistry(storage, { isReadOnly: false });
    try {
      const image = await inspect('made:1');
      const push = async (name: string) => {
        await call('POST', `/images/made:1/tag?repo=${registry.host}/${name}&tag=1`);
        return messages('POST', `/images/${registry.host}/${name}/push?tag=1`);
      };
      const first = await push('one');
      expect(first.map(({ error }) => error)).not.toContainEqual(expect.anything());
      expect(first[0]).toEqual({
        status: `The push refers to repository [${registry.host}/one]`,
      });
      const statuses = (said: JsonMessage[]) => new Set(said.map(({ status }) => status));
      expect(statuses(first)).toContain('Pushed');
      expect(first.at(-1)?.aux).toMatchObject({ Tag: '1' });
      expect(statuses(await push('one'))).toContain('Layer already exists');
      expect(statuses(await push('two'))).toContain('Mounted from one');

      const config = await execOk('skopeo', [
        'inspect',
        '--tls-verify=false',
        '--config',
        '--raw',
        `docker://${registry.host}/one:1`,
      ]);
      expect(`sha256:${createHash('sha256').update(config).digest('hex')}`).toBe(image.Id);
      const described = await json<{ Descriptor: object; Platforms: object[] }>(
        'GET',
        `/distribution/${registry.host}/two:1/json`,
      );
      expect(described.Platforms).toEqual([{ architecture: '386', os: 'linux' }]);

      for (const name of [`${registry.host}/one:1`, `${registry.host}/two:1`, 'copy:d', 'copy:o'])
        await call('DELETE', `/images/${name}`);
      await call('DELETE', '/images/made:1');
      const pulled = await messages('POST', `/images/create?fromImage=${registry.host}/one`);
      expect(pulled.at(-1)?.status).toBe(`Status: Downloaded newer image for ${registry.host}/one`);
      expect((await inspect(`${registry.host}/one:1`)).Id).toBe(image.Id);
      expect(await output(`docker run --rm ${registry.host}/one:1 cat b`)).toBe('one\n');
    } finally {
      await registry.dispose();
    }
  });
});
