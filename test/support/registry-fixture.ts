/**
 * A real registry (Debian's docker-registry) on loopback, holding images that other people's tools made: files of
 * Debian packages, packed by umoci, pushed by skopeo. Built once and kept in `.cache`; started read-only.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execOk } from './process.ts';
import { buildImages } from './registry-images.ts';

const cache = fileURLToPath(new URL('../../.cache/registry-fixture', import.meta.url));
const startTimeoutMs = 20_000;

/** The images of the fixture: names below the registry, all with the tag `latest`. */
export const fixtureImages = {
  /** OCI, gzip: a base, a layer with capabilities and large files, one with whiteouts, one opaque. */
  layers: 'fixture/layers',
  /** The same as schema 2. */
  schema2: 'fixture/schema2',
  /** The same with zstd layers. */
  zstd: 'fixture/zstd',
  /** The same with layers that are not compressed. */
  plain: 'fixture/plain',
  /** An OCI index: amd64, arm64 and, last, the same image for 386. */
  index: 'fixture/index',
  /** The same as a schema 2 manifest list. */
  list: 'fixture/list',
  /** An index with nothing for 386. */
  foreign: 'fixture/foreign',
} as const;

export interface RegistryFixture {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  readonly port: number;
  readonly images: typeof fixtureImages;
  /** The digest that skopeo reports for an image's manifest or list. */
  skopeoDigest(image: string): Promise<string>;
  dispose(): Promise<void>;
}

export async function startRegistry(): Promise<RegistryFixture> {
  const storage = await prepareStorage();
  const server = await serveRegistry(storage, { isReadOnly: true });
  return {
    host: server.host,
    port: server.port,
    images: fixtureImages,
    async skopeoDigest(image) {
      const raw = await execOk('skopeo', [
        'inspect',
        '--tls-verify=false',
        '--raw',
        `docker://${server.host}/${image}`,
      ]);
      return `sha256:${createHash('sha256').update(raw).digest('hex')}`;
    },
    dispose: server.dispose,
  };
}

/** The registry's storage with all images in it, from the cache when these recipes made it. */
async function prepareStorage(): Promise<string> {
  const recipes = ['registry-fixture.ts', 'registry-images.ts'].map(
    (name) => new URL(name, import.meta.url),
  );
  const hash = createHash('sha256');
  for (const recipe of recipes) hash.update(await readFile(recipe));
  const storage = join(cache, `storage-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(storage)) return storage;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'build-'));
  try {
    const fresh = join(work, 'storage');
    await mkdir(fresh);
    const server = await serveRegistry(fresh, { isReadOnly: false });
    try {
      await buildImages({ work, cache, host: server.host, images: fixtureImages });
    } finally {
      await server.dispose();
    }
    // Another test may have built the same meanwhile; either will do.
    await rename(fresh, storage).catch((error: unknown) => {
      if (!existsSync(storage)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return storage;
}

/** Starts the registry over a storage folder; the caller disposes it. */
export async function serveRegistry(storage: string, { isReadOnly }: { isReadOnly: boolean }) {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-registry-'));
  const config = join(folder, 'config.yml');
  await writeFile(
    config,
    JSON.stringify({
      version: 0.1,
      log: { accesslog: { disabled: true } },
      storage: {
        filesystem: { rootdirectory: storage },
        maintenance: { readonly: { enabled: isReadOnly } },
      },
      http: { addr: '127.0.0.1:0' },
    }),
  );
  const child = spawn('docker-registry', ['serve', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const dispose = async () => {
    child.kill();
    await gone;
    await rm(folder, { recursive: true, force: true });
  };
  const port = await new Promise<number>((resolve, reject) => {
    const said: string[] = [];
    const fail = () =>
      reject(new Error(`Cannot start docker-registry: ${said.slice(-5).join('\n')}`));
    const timer = setTimeout(fail, startTimeoutMs);
    child.once('error', reject);
    child.once('close', fail);
    createInterface(child.stderr).on('line', (line) => {
      said.push(line);
      const found = /listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      child.off('close', fail);
      resolve(Number(found));
    });
  }).catch(async (error: unknown) => {
    await dispose();
    throw error;
  });
  return { host: `127.0.0.1:${port}`, port, dispose };
}
