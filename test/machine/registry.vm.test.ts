/**
 * Pulls from a real registry, through the proxy, into a store of files: images made by other tools, and digests as
 * skopeo reports them.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ContentStore, RecordStore } from '../../src/image/content-store.ts';
import { imageDelete } from '../../src/image/image-delete.ts';
import { ImageStore } from '../../src/image/image-store.ts';
import { LayerIndexer } from '../../src/image/layer-indexer.ts';
import { decodeLayerIndex, encodeLayerIndex } from '../../src/image/layer-index-codec.ts';
import type { LayerInode } from '../../src/image/layer-index.ts';
import { LayerStore } from '../../src/image/layer-store.ts';
import { parseReference } from '../../src/image/reference.ts';
import { openFileContentStore } from '../../src/node/file-content-store.ts';
import { openFileRecordStore } from '../../src/node/file-record-store.ts';
import { createProxyListener } from '../../src/node/serve-proxy.ts';
import { parseProxyConfig } from '../../src/proxy/config.ts';
import { proxyEndpoint } from '../../src/registry/endpoint.ts';
import type { PullProgress } from '../../src/registry/progress.ts';
import { Puller } from '../../src/registry/pull.ts';
import { execOk } from '../support/process.ts';
import { startRegistry, type RegistryFixture } from '../support/registry-fixture.ts';

let registry: RegistryFixture;
let proxy: Server;
let origin: string;
let blobRequests: number;
let folder: string;
let content: ContentStore;
let records: RecordStore;
let images: ImageStore;
let puller: Puller;

beforeAll(async () => {
  registry = await startRegistry();
  const listener = createProxyListener(
    parseProxyConfig(
      { defaultRegistries: false },
      { BOTTLESHIP_PROXY_REGISTRIES: `${registry.host}=http://${registry.host};private;insecure` },
    ),
  );
  proxy = createServer((request, response) => {
    if (request.url?.includes('/blobs/') === true) blobRequests += 1;
    listener(request, response);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  origin = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});

afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await registry.dispose();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bottleship-pull-'));
  blobRequests = 0;
  await open();
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Opens the store as a new process would. */
async function open(): Promise<void> {
  content = await openFileContentStore(folder);
  records = openFileRecordStore(join(folder, 'records'));
  const createIndexSink = () => {
    const indexer = new LayerIndexer();
    return {
      write: (chunk: Uint8Array) => indexer.write(chunk),
      finish: (diffId: Parameters<LayerIndexer['finish']>[0]) =>
        encodeLayerIndex(indexer.finish(diffId)),
    };
  };
  const layers = new LayerStore({ content, records, createIndexSink });
  images = new ImageStore({ content, records, layers });
  puller = new Puller({ images, endpoints: proxyEndpoint(origin), fetch });
}

const reference = (image: string) => parseReference(`${registry.host}/${image}`);
const config = async (image: string) =>
  JSON.parse(
    await execOk('skopeo', [
      'inspect',
      '--tls-verify=false',
      '--config',
      `docker://${registry.host}/${image}`,
    ]),
  ) as { rootfs: { diff_ids: string[] } };

describe('Puller.pull() from docker-registry through the proxy', () => {
  for (const name of ['layers', 'schema2', 'zstd', 'plain', 'index', 'list'] as const) {
    it(`stores what skopeo sees of "${name}"`, async () => {
      const image = registry.images[name];
      const result = await puller.pull(reference(image));
      expect(result.digest).toBe(await registry.skopeoDigest(image));
      const stored = await images.get(result.imageId);
      const { rootfs } = await config(registry.images.layers);
      expect(stored.layers.map(({ diffId }) => diffId)).toEqual(rootfs.diff_ids);
      expect(stored.config.platform).toEqual({ os: 'linux', architecture: '386' });
      expect(stored.config.config).toMatchObject({ Cmd: ['sh'], WorkingDir: '/work' });
      expect(stored.repoTags).toEqual([`${registry.host}/${image}:latest`]);
      expect(stored.repoDigests).toEqual([`${registry.host}/${image}@${result.digest}`]);
    });
  }

  it('downloads no blob of layers it has, in whatever form they come, and in another process', async () => {
    await puller.pull(reference(registry.images.layers));
    expect(blobRequests).toBe(5);
    await open();
    for (const name of ['layers', 'schema2', 'zstd', 'index'] as const) {
      await puller.pull(reference(registry.images[name]));
    }
    expect(blobRequests).toBe(5);
    expect(await images.list()).toHaveLength(1);
    expect((await images.list())[0]?.repoTags).toHaveLength(4);
  });

  it('indexes what the packers wrote: whiteouts, hard links, capabilities, sparse files', async () => {
    const { imageId } = await puller.pull(reference(registry.images.zstd));
    const { layers } = await images.get(imageId);
    const find = await Promise.all(
      layers.map(async ({ diffId }) => {
        const { inodes } = decodeLayerIndex(await images.layers.index(diffId));
        return (path: string): LayerInode | undefined =>
          path
            .split('/')
            .reduce<LayerInode | undefined>(
              (inode, part) => inodes[inode?.children?.get(part) ?? -1],
              inodes[0],
            );
      }),
    );
    const [base, files, removed, opaque] = find;
    expect(base?.('bin/sh')).toBe(base?.('bin/busybox'));
    expect(base?.('bin/sh')?.linkCount).toBe(13);
    expect(Object.keys(files?.('usr/bin/privileged')?.xattrs ?? {})).toEqual([
      'security.capability',
    ]);
    expect(files?.('usr/bin/setuid')?.mode).toBe(0o4755);
    expect(files?.('data/sparse')?.sizeBytes).toBe(8 << 20);
    expect(files?.('work')).toMatchObject({ uid: 1000, gid: 1000 });
    const whiteout = { type: 'char', device: { major: 0, minor: 0 } };
    expect(removed?.('etc/services')).toMatchObject(whiteout);
    expect(removed?.('data/twin-1')).toMatchObject(whiteout);
    expect(removed?.('data/old')).toMatchObject(whiteout);
    expect(removed?.('data/absolute')).toMatchObject({ type: 'file', sizeBytes: 11 });
    expect(new TextDecoder().decode(opaque?.('opaque')?.xattrs?.['trusted.overlay.opaque'])).toBe(
      'y',
    );
  });

  it("refuses an image for other platforms in Docker's words and stores nothing", async () => {
    await expect(puller.pull(reference(registry.images.foreign))).rejects.toThrow(
      'no matching manifest for linux/386 in the manifest list entries',
    );
    await expect(puller.pull(reference('nosuch'))).rejects.toThrow(
      `manifest for ${registry.host}/nosuch:latest not found: manifest unknown: manifest unknown`,
    );
    expect(await content.list()).toEqual([]);
    expect(await records.keys('')).toEqual([]);
  });

  it('leaves nothing of a pull that was given up, nor of one that was removed', async () => {
    const abort = new AbortController();
    const onProgress = ({ status }: PullProgress) => {
      if (status === 'Pull complete') abort.abort();
    };
    await expect(
      puller.pull(reference(registry.images.layers), { signal: abort.signal, onProgress }),
    ).rejects.toMatchObject({ kind: 'cancelled' });
    expect(await content.list()).toEqual([]);
    expect(await records.keys('')).toEqual([]);

    const { imageId, digest } = await puller.pull(reference(registry.images.layers));
    const name = `${registry.host}/${registry.images.layers}`;
    const deleted = await imageDelete(images, { image: name });
    expect(deleted.slice(0, 3)).toEqual([
      { Untagged: `${name}:latest` },
      { Untagged: `${name}@${digest}` },
      { Deleted: imageId },
    ]);
    expect(deleted).toHaveLength(3 + 4);
    expect(await content.list()).toEqual([]);
    expect(await records.keys('')).toEqual([]);
  });
});
