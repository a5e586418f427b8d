/** Our engine on a booted machine, with the fixtures stored before it starts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiVersion } from '../../src/api/system.ts';
import { createIndexSink } from '../../src/host/layer-index-sink.ts';
import { isDigest } from '../../src/image/digest.ts';
import { digestOf } from '../../src/image/hash.ts';
import { ImageStore } from '../../src/image/image-store.ts';
import { resolveStoredLinks } from '../../src/image/layer-links.ts';
import { LayerStore } from '../../src/image/layer-store.ts';
import { parseReference } from '../../src/image/reference.ts';
import { openFileContentStore } from '../../src/node/file-content-store.ts';
import { openFileRecordStore } from '../../src/node/file-record-store.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import type { Fixtures } from './fixtures.ts';
import type { Engine } from './play.ts';
import { handlerTransport } from './transport.ts';

export interface OurEngine extends Engine {
  readonly host: TestHost;
  dispose(): Promise<void>;
}

export async function startOurEngine(fixtures: Fixtures): Promise<OurEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-oracle-'));
  await storeImages(folder, fixtures);
  const host = await startTestHost({ dataRoot: folder });
  return {
    host,
    transport: handlerTransport(host.host.api),
    version: apiVersion,
    dataRoot: '/var/lib/docker',
    constants: fixtures.constants,
    images: fixtures.images,
    dispose: async () => {
      await host.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function storeImages(folder: string, fixtures: Fixtures): Promise<void> {
  const content = await openFileContentStore(folder);
  const records = openFileRecordStore(join(folder, 'records'));
  const layers = new LayerStore({
    content,
    records,
    createIndexSink,
    resolveLinks: resolveStoredLinks,
  });
  const images = new ImageStore({ content, records, layers });
  for (const image of fixtures.images) {
    const lease = images.lease();
    for (const layer of image.layers) {
      const diffId = await digestOf(layer);
      lease.add(diffId);
      await layers.ingest(once(layer), diffId);
    }
    const id = await images.put(image.config);
    if (!isDigest(image.id) || id !== image.id) throw new Error(`Wrong image ID ${id}`);
    for (const name of image.names) await images.tag(id, parseReference(name));
    await lease.release();
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
