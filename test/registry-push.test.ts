/** Pushes to a real registry and searches, directly and through the proxy, as the browser has to. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JsonMessage } from '../src/api/image.ts';
import { createIndexSink } from '../src/host/layer-index-sink.ts';
import { tarArchive } from '../src/image/tar-writer.ts';
import { file } from '../src/image/layer.fixture.ts';
import { ImageStore } from '../src/image/image-store.ts';
import { LayerStore } from '../src/image/layer-store.ts';
import { parseReference } from '../src/image/reference.ts';
import { createProxyListener } from '../src/node/serve-proxy.ts';
import { parseProxyConfig } from '../src/proxy/config.ts';
import { directEndpoint, proxyEndpoint, type EndpointResolver } from '../src/registry/endpoint.ts';
import { Puller } from '../src/registry/pull.ts';
import { Pusher } from '../src/registry/push.ts';
import { proxySearch, SearchClient } from '../src/registry/search.ts';
import { createMemoryContentStore, createMemoryRecordStore } from './support/memory-stores.ts';
import { serveRegistry } from './support/registry-fixture.ts';

let folder: string;
let registry: Awaited<ReturnType<typeof serveRegistry>>;
let hub: Server;
let proxy: Server;
let proxyOrigin: string;
let searches: string[];

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bottleship-push-'));
  registry = await serveRegistry(folder, { isReadOnly: false });
  searches = [];
  hub = createServer((request, response) => {
    searches.push(request.url ?? '');
    const results = [
      { name: 'busybox', description: 'd', star_count: 3, is_official: true, is_automated: false },
    ];
    response.end(JSON.stringify({ num_results: 1, query: 'x', results }));
  });
  const hubOrigin = await listen(hub);
  const entry = { url: `http://${registry.host}`, insecure: true, private: true };
  proxy = createServer(
    createProxyListener(
      parseProxyConfig({
        defaultRegistries: false,
        registries: [
          { ...entry, host: registry.host, push: true },
          { ...entry, host: 'readonly.example' },
          { ...entry, url: hubOrigin, host: 'hub.example', search: `${hubOrigin}/v1/search` },
        ],
      }),
    ),
  );
  proxyOrigin = await listen(proxy);
});

afterAll(async () => {
  for (const server of [proxy, hub]) {
    server.closeAllConnections();
    server.close();
  }
  await registry.dispose();
  await rm(folder, { recursive: true, force: true });
});

function createStore(): ImageStore {
  const content = createMemoryContentStore();
  const records = createMemoryRecordStore();
  const layers = new LayerStore({ content, records, createIndexSink });
  return new ImageStore({ content, records, layers });
}

/** An image of two layers, one of them larger than a piece of an upload. */
async function addImage(images: ImageStore) {
  const large = new Uint8Array(4_200_000);
  let state = 1;
  for (let at = 0; at < large.length; at += 1) {
    state = (state * 1_103_515_245 + 12_345) % 0x8000_0000;
    large[at] = state >> 16;
  }
  const lease = images.lease();
  const diffIds = [];
  for (const entries of [[file('a', 'a')], [{ ...file('b'), data: large }]]) {
    const source = async function* () {
      yield tarArchive(entries);
    };
    diffIds.push((await images.layers.ingestNew(source(), lease)).diffId);
  }
  const config = {
    architecture: '386',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: diffIds },
  };
  const id = await images.put(new TextEncoder().encode(JSON.stringify(config)));
  await lease.release();
  return id;
}

describe.each(['direct', 'proxied'] as const)('a %s push', (kind) => {
  let images: ImageStore;
  let endpoints: EndpointResolver;
  beforeEach(() => {
    images = createStore();
    endpoints = kind === 'direct' ? directEndpoint() : proxyEndpoint(proxyOrigin);
  });

  async function push(name: string, imageId: Awaited<ReturnType<typeof addImage>>) {
    const said: JsonMessage[] = [];
    const pusher = new Pusher({ images, endpoints, fetch });
    await pusher.push(parseReference(`${registry.host}/${kind}/${name}`), {
      images: [
        { tag: '1', imageId },
        { tag: '2', imageId },
      ],
      onProgress: (message) => said.push(message),
    });
    return said;
  }

  test('sends once, finds, mounts, and comes back the same', { timeout: 30_000 }, async () => {
    const id = await addImage(images);
    const first = await push('one', id);
    const count = (said: JsonMessage[], status: string) =>
      said.filter((message) => message.status === status).length;
    expect(count(first, 'Preparing')).toBe(4);
    expect(count(first, 'Pushed')).toBe(2);
    expect(count(first, 'Layer already exists')).toBe(2);
    const digests = first.flatMap(({ aux }) => (aux === undefined ? [] : [aux['Digest']]));
    expect(digests).toHaveLength(2);
    expect(digests[0]).toBe(digests[1]);
    const again = await push('one', id);
    expect(count(again, 'Pushed')).toBe(0);
    const second = await push('two', id);
    expect(count(second, `Mounted from ${kind}/one`)).toBe(2);

    // Another host makes the same blobs.
    images = createStore();
    const puller = new Puller({ images, endpoints, fetch });
    const reference = parseReference(`${registry.host}/${kind}/two:2`);
    const { imageId, digest } = await puller.pull(reference);
    expect(imageId).toBe(id);
    expect(digest).toBe(digests[0]);
    const inspected = await puller.inspect(reference);
    expect(inspected).toMatchObject({ digest, platforms: [{ os: 'linux', architecture: '386' }] });
    const said: string[] = [];
    await puller.pullAll(parseReference(`${registry.host}/${kind}/one`), {
      onProgress: ({ status, id: tag }) => {
        if (status.startsWith('Pulling from') || status.startsWith('Status')) said.push(`${status} ${tag ?? ''}`);
      },
    }); // prettier-ignore
    // The registry's order is no order.
    expect(said.toSorted()).toEqual([
      `Pulling from ${kind}/one 1`,
      `Pulling from ${kind}/one 2`,
      `Status: Downloaded newer image for ${registry.host}/${kind}/one `,
    ]);
  });
});

test('the proxy writes to no registry that is not configured for it', async () => {
  const images = createStore();
  const imageId = await addImage(images);
  const endpoints = proxyEndpoint(proxyOrigin);
  const pusher = new Pusher({ images, endpoints, fetch });
  const options = { images: [{ tag: '1', imageId }], onProgress: () => {} };
  await expect(pusher.push(parseReference('readonly.example/x'), options)).rejects.toThrow(
    'unsupported: only GET and HEAD are served',
  );
  const url = `${proxyOrigin}/v2/${registry.host}/x/blobs/uploads/`;
  const foreign = await fetch(url, { method: 'POST', headers: { origin: 'http://evil.example' } });
  expect(foreign.status).toBe(403);
});

test('a search through the proxy is asked once a minute', async () => {
  const client = new SearchClient({ fetch, endpoint: proxySearch(proxyOrigin) });
  const query = { registry: 'hub.example', term: 'busy box', limit: 0 };
  const [result] = await client.search(query, {});
  expect(result).toMatchObject({ name: 'busybox', star_count: 3, is_official: true });
  await client.search(query, {});
  expect(searches).toEqual(['/v1/search?q=busy+box&n=25']);
  await expect(client.search({ ...query, registry: 'ghcr.io' }, {})).rejects.toThrow(
    'Unexpected status code 403',
  );
});

test('a registry that is not there is told at once', async () => {
  const images = createStore();
  const pusher = new Pusher({ images, endpoints: directEndpoint(), fetch });
  const said: JsonMessage[] = [];
  const imageId = await addImage(images);
  const options = {
    images: [{ tag: '1', imageId }],
    onProgress: (message: JsonMessage) => said.push(message),
  };
  await expect(pusher.push(parseReference('127.0.0.1:9/x'), options)).rejects.toThrow(
    'Get "http://127.0.0.1:9/v2/"',
  );
  expect(said).toEqual([]);
});

test('the proxy takes no more than a manifest may be', async () => {
  const large = await fetch(`${proxyOrigin}/v2/${registry.host}/x/manifests/1`, {
    method: 'PUT',
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    body: new Uint8Array(5 * 1024 * 1024),
  });
  expect(large.status).toBe(502);
});
