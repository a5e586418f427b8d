/** The distribution client against a registry that misbehaves: the words, and that nothing is left behind. */
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ImageStore } from '../src/image/image-store.ts';
import { LayerStore } from '../src/image/layer-store.ts';
import { parsePlatform } from '../src/image/platform.ts';
import { parseReference } from '../src/image/reference.ts';
import type { RegistryEndpoint } from '../src/registry/endpoint.ts';
import type { PullProgress } from '../src/registry/progress.ts';
import { Puller, type PullOptions } from '../src/registry/pull.ts';
import {
  breakAfter,
  refuse,
  send,
  sha256,
  startHostileRegistry,
  type Fault,
  type TestImageOptions,
} from './support/hostile-registry.ts';
import { createMemoryContentStore, createMemoryRecordStore } from './support/memory-stores.ts';

const small = new TextEncoder().encode('a layer');
const large = randomBytes(900_000);
const index = 'application/vnd.oci.image.index.v1+json';

let registry: Awaited<ReturnType<typeof startHostileRegistry>>;

beforeEach(async () => {
  registry = await startHostileRegistry();
});
afterEach(() => registry.dispose());

function createSetup(options: { endpoints?: RegistryEndpoint[]; refuseTar?: boolean } = {}) {
  const content = createMemoryContentStore();
  const records = createMemoryRecordStore();
  const createIndexSink = () => ({
    write() {
      if (options.refuseTar === true) throw new Error('archive/tar: invalid tar header');
    },
    finish: () => new Uint8Array([1]),
  });
  const layers = new LayerStore({
    content,
    records,
    createIndexSink,
    limits: { sizeBytesMax: 1 << 26, ratioMax: 100, ratioFromBytes: 1 << 20 },
  });
  const images = new ImageStore({ content, records, layers, now: () => 1 });
  const pauses: number[] = [];
  let nowMs = 0;
  const puller = new Puller({
    images,
    endpoints: () => options.endpoints ?? [{ baseUrl: registry.baseUrl, isMirror: false }],
    fetch,
    clock: {
      now: () => nowMs,
      async sleep(ms, signal) {
        signal?.throwIfAborted();
        pauses.push(ms);
        nowMs += ms;
      },
    },
  });
  const messages: PullProgress[] = [];
  return {
    images,
    content,
    messages,
    pauses,
    advance: (ms: number) => void (nowMs += ms),
    pull: (name: string, extra: PullOptions = {}) =>
      puller.pull(parseReference(name), { onProgress: (m) => messages.push(m), ...extra }),
    /** Everything a failed pull must not leave. */
    async expectClean() {
      expect(await content.list()).toEqual([]);
      expect(content.leftovers()).toBe(0);
      expect(await records.keys('')).toEqual([]);
    },
  };
}

const put = (options: Partial<TestImageOptions> = {}) =>
  registry.putImage('library/x', 'latest', { layers: [small, large], ...options });

const lines = (messages: readonly PullProgress[]) =>
  messages
    .filter(({ status }) => status !== 'Downloading' && status !== 'Extracting')
    .map(({ id, status }) => (id === undefined ? status : `${id}: ${status}`));

describe('Puller.pull()', () => {
  it('stores an image and says what Docker says', async () => {
    const image = put();
    const { pull, images, messages } = createSetup();
    const result = await pull('x');
    expect(result).toEqual({
      imageId: image.configDigest,
      digest: image.manifestDigest,
      isNew: true,
    });
    const [first = '', second = ''] = image.layers.map(({ digest }) => digest.slice(7, 19));
    const said = lines(messages);
    expect(said.slice(0, 3)).toEqual([
      'latest: Pulling from library/x',
      `${first}: Pulling fs layer`,
      `${second}: Pulling fs layer`,
    ]);
    for (const id of [first, second]) {
      expect(said.filter((line) => line.startsWith(id))).toEqual([
        `${id}: Pulling fs layer`,
        `${id}: Verifying Checksum`,
        `${id}: Download complete`,
        `${id}: Pull complete`,
      ]);
    }
    expect(said.indexOf(`${first}: Pull complete`)).toBeLessThan(
      said.indexOf(`${second}: Pull complete`),
    );
    expect(said.slice(-2)).toEqual([
      `Digest: ${image.manifestDigest}`,
      'Status: Downloaded newer image for x:latest',
    ]);
    const last = messages.findLast(({ status }) => status === 'Downloading');
    expect(last?.progress).toMatch(/^\[=+> *\] +[\d.]+k?B\/[\d.]+k?B$/);
    expect((await images.resolve('x')).layers.map(({ diffId }) => diffId)).toEqual([
      sha256(small),
      sha256(large),
    ]);
    expect((await images.resolve('x')).repoDigests).toEqual([`x@${image.manifestDigest}`]);
  });

  it('asks for the manifest alone when the image is there, and for no blob twice', async () => {
    const image = put();
    const { pull, messages } = createSetup();
    await pull('x');
    registry.requests.length = 0;
    messages.length = 0;
    expect((await pull('x')).isNew).toBe(false);
    expect(registry.requests).toEqual(['GET /v2/library/x/manifests/latest']);
    expect(lines(messages).at(-1)).toBe('Status: Image is up to date for x:latest');

    registry.putImage('library/y', 'latest', { layers: [small, large, Buffer.from('third')] });
    registry.requests.length = 0;
    messages.length = 0;
    await pull('y');
    expect(registry.requests.filter((line) => line.includes('/blobs/'))).toHaveLength(2);
    expect(lines(messages)).toContain(`${image.layers[0]?.digest.slice(7, 19)}: Already exists`);
  });

  it('pulls by digest and refuses other bytes under it', async () => {
    const { manifestDigest } = put();
    const { pull, images, messages, expectClean } = createSetup();
    const path = `/v2/library/x/manifests/${manifestDigest}`;
    registry.fail(path, send('{}'));
    await expect(pull(`x@${manifestDigest}`)).rejects.toThrow(
      `manifest verification failed for digest ${manifestDigest}`,
    );
    await expectClean();
    await pull(`x:ignored@${manifestDigest}`);
    expect(messages[0]).toEqual({
      status: 'Pulling from library/x',
      id: `docker.io/library/x@${manifestDigest}`,
    });
    expect((await images.resolve(`x@${manifestDigest}`)).repoTags).toEqual([]);
  });

  it("takes the entry of a list that serves the platform, and Docker's words when none does", async () => {
    const wanted = put();
    const entry = (architecture: string, digest: string) => ({
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      digest,
      size: 1,
      platform: { os: 'linux', architecture },
    });
    const list = (...entries: object[]) =>
      Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: entries }));
    const absent = sha256(Buffer.from('absent'));
    const both = list(entry('amd64', absent), entry('386', wanted.manifestDigest));
    registry.putManifest('library/x/manifests/list', both, index);
    registry.putManifest('library/x/manifests/other', list(entry('arm64', absent)), index);
    const nested = { ...entry('386', sha256(both)), mediaType: index };
    registry.putManifest('library/x/manifests/nested', list(nested), index);
    const { pull, expectClean } = createSetup();
    await expect(pull('x:other')).rejects.toMatchObject({
      kind: 'notFound',
      message: 'no matching manifest for linux/386 in the manifest list entries',
    });
    await expect(pull('x:list', { platform: parsePlatform('linux/arm/v7') })).rejects.toThrow(
      'no matching manifest for linux/arm/v7 in the manifest list entries',
    );
    await expectClean();
    expect(await pull('x:list')).toMatchObject({
      imageId: wanted.configDigest,
      digest: sha256(both),
    });
    expect(await pull('x:nested')).toMatchObject({ imageId: wanted.configDigest });
  });

  it('needs no content type, as static hosts give none', async () => {
    const { manifest, configDigest } = put();
    const path = '/v2/library/x/manifests/latest';
    registry.fail(
      path,
      send(manifest),
      send(manifest, { 'content-type': 'application/octet-stream' }),
    );
    expect(await createSetup().pull('x')).toMatchObject({ imageId: configDigest });
    expect(await createSetup().pull('x')).toMatchObject({ imageId: configDigest });
  });

  it('passes over a mirror that fails, whatever it says', async () => {
    const image = put();
    const mirror = { baseUrl: `http://127.0.0.1:${registry.port}/mirror/`, isMirror: true };
    const dead = { baseUrl: 'http://127.0.0.1:1/v2/', isMirror: true };
    const real = { baseUrl: registry.baseUrl, isMirror: false };
    registry.fail(
      '/mirror/library/x/manifests/latest',
      send('<html>', { 'content-type': 'text/html' }),
    );
    const { pull, messages } = createSetup({ endpoints: [dead, mirror, real] });
    expect(await pull('x')).toMatchObject({ imageId: image.configDigest });
    expect(messages.filter(({ status }) => status.startsWith('Pulling from'))).toHaveLength(1);
  });
});

describe('Puller.pull() of something bad', () => {
  const blobPath = (digest = '') => `/v2/library/x/blobs/${digest}`;

  const refusals: [name: string, fault: Fault, kind: string, message: string][] = [
    [
      'an unknown tag',
      refuse(404, 'MANIFEST_UNKNOWN', 'manifest unknown'),
      'notFound',
      'manifest for x:latest not found: manifest unknown: manifest unknown',
    ],
    [
      'a repository that is not there or not ours',
      refuse(401, 'UNAUTHORIZED', 'authentication required', {
        'www-authenticate': 'Bearer error="insufficient_scope"',
      }),
      'notFound',
      "pull access denied for x, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    ],
    [
      'an unknown repository',
      refuse(404, 'NAME_UNKNOWN', 'repository name not known to registry'),
      'notFound',
      'repository x not found: name unknown: repository name not known to registry',
    ],
    [
      'a rate limit',
      refuse(429, 'TOOMANYREQUESTS', 'You have reached your pull rate limit.'),
      'system',
      'toomanyrequests: You have reached your pull rate limit.',
    ],
    ['a broken server', send(''), 'invalidParameter', 'manifest is not valid JSON'],
    [
      'a bad gateway',
      refuse(502, 'X', 'x'),
      'unavailable',
      'received unexpected HTTP status: 502 Bad Gateway',
    ],
    ['a list of nothing', send('[]'), 'invalidParameter', 'manifest is not a JSON object'],
    [
      'schema 1',
      send('{"schemaVersion":1,"fsLayers":[]}', {
        'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws',
      }),
      'invalidParameter',
      'Docker Image Format v1 and Docker Image manifest version 2, schema 1 support has been removed. Suggest the author of docker.io/library/x:latest to upgrade the image to the OCI Format or Docker Image manifest v2, schema 2. More information at https://docs.docker.com/go/deprecated-image-specs/',
    ],
    [
      'a manifest of five megabytes',
      send(Buffer.alloc(5 << 20, 32)),
      'invalidParameter',
      'manifest is too large: at most 4194304 bytes',
    ],
  ];
  for (const [name, fault, kind, message] of refusals) {
    it(`refuses ${name}`, async () => {
      registry.fail('/v2/library/x/manifests/latest', fault);
      const { pull, expectClean } = createSetup();
      await expect(pull('x')).rejects.toMatchObject({ kind, message });
      await expectClean();
    });
  }

  it("says in Go's words that nobody answers", async () => {
    const { baseUrl, dispose } = await startHostileRegistry();
    await dispose();
    const attempt = (url: string) =>
      createSetup({ endpoints: [{ baseUrl: url, isMirror: false }] }).pull('x');
    await expect(attempt(baseUrl)).rejects.toMatchObject({
      kind: 'unavailable',
      message: `Get "${baseUrl}library/x/manifests/latest": dial tcp: connect: connection refused`,
    });
    await expect(attempt('http://nosuch.invalid/v2/')).rejects.toThrow(/lookup nosuch.invalid: /);
  });

  it('refuses a manifest that is cut short', async () => {
    const { manifest } = put();
    registry.fail('/v2/library/x/manifests/latest', breakAfter(manifest.subarray(0, 50), 500));
    await expect(createSetup().pull('x')).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'unexpected EOF',
    });
  });

  const images: [name: string, options: Partial<TestImageOptions>, message: string | RegExp][] = [
    [
      'a layer whose bytes are not those of its diffID',
      {
        config: (config) =>
          (config['rootfs'] = { type: 'layers', diff_ids: [sha256(large), sha256(small)] }),
      },
      /content does not match its digest/,
    ],
    [
      'a config with another number of layers',
      { config: (config) => (config['rootfs'] = { type: 'layers', diff_ids: [sha256(small)] }) },
      "layers from manifest don't match image configuration",
    ],
    [
      'a config without layers',
      { config: (config) => delete config['rootfs'] },
      'invalid rootfs in image configuration',
    ],
    [
      'a foreign layer',
      {
        manifest: (m) => {
          for (const layer of m.layers)
            layer.mediaType = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';
        },
      },
      'unsupported media type application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    ],
    [
      'a chart',
      { manifest: (m) => (m.config.mediaType = 'application/vnd.cncf.helm.config.v1+json') },
      'Encountered remote "application/vnd.cncf.helm.config.v1+json"(unknown) when fetching',
    ],
    [
      'a gzip bomb',
      { layers: [small, new Uint8Array(3 << 20)] },
      /layer expands more than 100-fold/,
    ],
    [
      'a corrupt gzip layer',
      { compress: (b) => gzipSync(b).subarray(0, -10) },
      /gzip: unexpected EOF/,
    ],
    [
      'a layer larger than its descriptor says',
      { manifest: (m) => m.layers.forEach((layer) => (layer.size -= 1)) },
      /filesystem layer verification failed for digest sha256:/,
    ],
    [
      'a layer smaller than its descriptor says',
      { manifest: (m) => m.layers.forEach((layer) => (layer.size += 1)) },
      /unexpected EOF|range/,
    ],
    [
      'a digest that is none',
      { manifest: (m) => m.layers.forEach((layer) => (layer.digest = 'sha256:../../x')) },
      'could not validate layer digest "sha256:../../x" at layers[0]',
    ],
    [
      'a config larger than it says',
      { manifest: (m) => (m.config.size -= 1) },
      /^error pulling image configuration: image config verification failed for digest sha256:/,
    ],
  ];
  for (const [name, options, message] of images) {
    it(`refuses ${name} and leaves nothing`, async () => {
      put(options);
      const { pull, expectClean } = createSetup();
      await expect(pull('x')).rejects.toThrow(message);
      await expectClean();
    });
  }

  it("refuses a layer that is no tar, with Docker's words", async () => {
    put();
    const { pull, expectClean } = createSetup({ refuseTar: true });
    await expect(pull('x')).rejects.toThrow(
      'failed to register layer: archive/tar: invalid tar header',
    );
    await expectClean();
  });

  it('refuses a blob whose bytes are others of the same length', async () => {
    const { layers } = put();
    const [, bad] = layers;
    registry.fail(blobPath(bad?.digest), send(Buffer.from(bad?.blob ?? '').fill(7, 1000, 1001)));
    const { pull, expectClean } = createSetup();
    await expect(pull('x')).rejects.toThrow(
      `filesystem layer verification failed for digest ${bad?.digest}`,
    );
    await expectClean();
  });

  it('keeps the layers that another image names when a pull fails', async () => {
    const good = registry.putImage('library/good', 'latest', { layers: [small] });
    const { layers } = put();
    registry.fail(
      blobPath(layers[1]?.digest),
      refuse(404, 'BLOB_UNKNOWN', 'blob unknown to registry'),
    );
    const { pull, images } = createSetup();
    await pull('good');
    await expect(pull('x')).rejects.toThrow('blob unknown: blob unknown to registry');
    expect(await images.layers.diffIds()).toEqual([sha256(small)]);
    expect((await images.list()).map(({ id }) => id)).toEqual([good.configDigest]);
  });

  it('forgets everything when it is given up', async () => {
    const { layers } = put();
    const abort = new AbortController();
    registry.fail(blobPath(layers[1]?.digest), (_request, response) => {
      response.writeHead(200, { 'content-length': '900000' });
      response.write(Buffer.alloc(1000));
      setTimeout(() => abort.abort(), 20);
    });
    const { pull, expectClean } = createSetup();
    await expect(pull('x', { signal: abort.signal })).rejects.toMatchObject({
      kind: 'cancelled',
      message: 'context canceled',
    });
    await expectClean();
  });
});

describe('Puller.pull() over a bad line', () => {
  const blobPath = (digest = '') => `/v2/library/x/blobs/${digest}`;

  it('resumes a broken download where it broke', async () => {
    const { layers } = put();
    const { digest = '', blob = Buffer.alloc(0) } = layers[1] ?? {};
    registry.fail(blobPath(digest), breakAfter(blob.subarray(0, 500_000), blob.length));
    const { pull, pauses, messages } = createSetup();
    await pull('x');
    const asked = registry.requests.filter((line) => line.includes(digest));
    expect(asked).toHaveLength(2);
    expect(asked[1]).toMatch(/bytes=\d+-$/);
    expect(pauses).toEqual([1000]);
    expect(lines(messages)).toContain(`${digest.slice(7, 19)}: Retrying in 1 second`);
  });

  it('skips what it has when the server knows no ranges', async () => {
    const { layers } = put();
    const { digest = '', blob = Buffer.alloc(0) } = layers[1] ?? {};
    registry.fail(blobPath(digest), breakAfter(blob.subarray(0, 500_000), blob.length), send(blob));
    await createSetup().pull('x');
    expect(registry.requests.filter((line) => line.includes(digest))).toHaveLength(2);
  });

  it('starts over once when the pieces do not fit together', async () => {
    const { digest = '', blob = Buffer.alloc(0) } = put().layers[1] ?? {};
    registry.fail(blobPath(digest), breakAfter(Buffer.alloc(500_000, 1), blob.length));
    await createSetup().pull('x');
    const asked = registry.requests.filter((line) => line.includes(digest));
    expect(asked).toHaveLength(3);
    expect(asked[2]).not.toContain('bytes=');
  });

  it('tries again after a server error with pauses that double, and gives up in the end', async () => {
    const { layers } = put();
    const down = refuse(503, 'X', 'x');
    const path = blobPath(layers[1]?.digest);
    registry.fail(path, down, down, down, down);
    const first = createSetup();
    await first.pull('x');
    expect(first.pauses).toHaveLength(1 + 2 + 4 + 8);
    registry.fail(path, down, down, down, down, down);
    const second = createSetup();
    await expect(second.pull('x')).rejects.toThrow(
      'received unexpected HTTP status: 503 Service Unavailable',
    );
    await second.expectClean();
  });

  it('waits as long as a rate limit asks, when that is short', async () => {
    const { layers } = put();
    const limit = (seconds: string) =>
      refuse(429, 'TOOMANYREQUESTS', 'slow down', { 'retry-after': seconds });
    const path = blobPath(layers[1]?.digest);
    registry.fail(path, limit('3'));
    const { pull, pauses } = createSetup();
    await pull('x');
    expect(pauses).toHaveLength(3);
    registry.fail(path, limit('3600'));
    await expect(createSetup().pull('x')).rejects.toThrow('toomanyrequests: slow down');
  });
});

describe('Puller.pull() with authentication', () => {
  const guard =
    (expected: string, challenge: string): Fault =>
    (request, response, serve) => {
      if (request.headers.authorization === expected) serve();
      else
        refuse(401, 'UNAUTHORIZED', 'authentication required', { 'www-authenticate': challenge })(
          request,
          response,
          serve,
        );
    };
  const everywhere = (fault: Fault, image: ReturnType<typeof put>) => {
    const paths = [image.configDigest, ...image.layers.map(({ digest }) => digest)].map(
      (d) => `/v2/library/x/blobs/${d}`,
    );
    for (const path of ['/v2/library/x/manifests/latest', ...paths]) {
      registry.fail(path, ...Array.from({ length: 20 }, () => fault));
    }
  };

  it('answers a Basic challenge with the credentials it has', async () => {
    everywhere(guard('Basic dTpww6Q=', 'Basic realm="r"'), put());
    await createSetup().pull('x', { credentials: { username: 'u', password: 'pä' } });
    await expect(createSetup().pull('x')).rejects.toThrow(
      /^Get "http:.*": no basic auth credentials$/,
    );
  });

  it('fetches one token per repository and a new one when it is refused', async () => {
    const challenge = `Bearer realm="http://127.0.0.1:${registry.port}/token",service="s",scope="repository:library/x:pull"`;
    let current = 0;
    registry.fail(
      '/token',
      ...Array.from({ length: 5 }, (): Fault => (_request, response) => {
        current += 1;
        response.end(JSON.stringify({ token: `t${current}`, expires_in: 300 }));
      }),
    );
    const image = put();
    everywhere(
      (request, response, serve) =>
        guard(`Bearer t${current || 'none'}`, challenge)(request, response, serve),
      image,
    );
    const { pull, images, advance } = createSetup();
    const tokens = () => registry.requests.filter((line) => line.includes('/token'));
    await pull('x');
    expect(tokens()).toEqual(['GET /token?service=s&scope=repository%3Alibrary%2Fx%3Apull']);
    current = 7;
    await pull('x');
    expect(tokens()).toHaveLength(2);
    advance(291_000);
    await pull('x');
    expect(tokens()).toHaveLength(3);
    expect(await images.list()).toHaveLength(1);
  });

  it('refuses a realm that is no web address and a token that is none', async () => {
    const challenge = (realm: string) =>
      refuse(401, 'UNAUTHORIZED', 'x', { 'www-authenticate': `Bearer realm="${realm}"` });
    registry.fail('/v2/library/x/manifests/latest', challenge('file:///etc/passwd'));
    await expect(createSetup().pull('x')).rejects.toThrow(
      'invalid token auth challenge realm: "file:///etc/passwd"',
    );
    registry.fail(
      '/v2/library/x/manifests/latest',
      challenge(`http://127.0.0.1:${registry.port}/token`),
    );
    registry.fail('/token', send('{"token":"a\\r\\nb"}'));
    await expect(createSetup().pull('x')).rejects.toThrow(
      'authorization server did not include a token in the response',
    );
  });
});
