/**
 * Holds the bundled library to the OCI image specification as a client sees it: every descriptor's
 * digest and size, every diffID, every platform, and that nothing lies there that no tag leads to.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decompress } from 'fzstd';
import { beforeAll, describe, expect, test } from 'vitest';

const library = fileURLToPath(new URL('../public/library/v2', import.meta.url));

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly architecture: string; readonly os: string };
}

interface Index {
  readonly schemaVersion: number;
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
}

interface Manifest {
  readonly schemaVersion: number;
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

interface ImageConfig {
  readonly architecture: string;
  readonly os: string;
  readonly config: {
    readonly Cmd?: readonly string[];
    readonly Env?: readonly string[];
    readonly Labels?: Readonly<Record<string, string>>;
  };
  readonly rootfs: { readonly type: string; readonly diff_ids: readonly string[] };
  readonly history: readonly { readonly empty_layer?: boolean }[];
}

const names = ['busybox', 'hello-world', 'nginx', 'python', 'redis', 'tcc'];

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(`${library}/${path}`, 'utf8')) as T;
}

/** The bytes a descriptor names, held against it. */
function readDescriptor(repository: string, kind: string, descriptor: Descriptor): Uint8Array {
  const bytes = readFileSync(`${library}/${repository}/${kind}/${descriptor.digest}`);
  expect(bytes.length).toBe(descriptor.size);
  expect(digestOf(bytes)).toBe(descriptor.digest);
  return bytes;
}

function parse<T>(bytes: Uint8Array): T {
  return JSON.parse(new TextDecoder().decode(bytes)) as T;
}

describe('the bundled library', () => {
  test('its catalog names every repository', () => {
    const { repositories } = readJson<{ repositories: string[] }>('_catalog');
    expect(repositories).toEqual(expect.arrayContaining(names.map((name) => `library/${name}`)));
    expect(readdirSync(`${library}/library`).map((name) => `library/${name}`)).toEqual(
      repositories,
    );
  });
});

describe.each(readdirSync(`${library}/library`))('the bundled image %s', (name) => {
  const repository = `library/${name}`;
  let index: Index;
  let manifestDescriptor: Descriptor;
  let manifest: Manifest;
  let config: ImageConfig;

  beforeAll(() => {
    index = readJson<Index>(`${repository}/manifests/latest`);
    const [first] = index.manifests;
    if (first === undefined) throw new Error('the index is empty');
    manifestDescriptor = first;
    manifest = parse(readDescriptor(repository, 'manifests', first));
    config = parse(readDescriptor(repository, 'blobs', manifest.config));
  });

  test('every tag of its list names the same image index, by tag and by digest', () => {
    const list = readJson<{ name: string; tags: string[] }>(`${repository}/tags/list`);
    expect(list.name).toBe(repository);
    expect(list.tags).toContain('latest');
    for (const tag of list.tags) {
      const bytes = readFileSync(`${library}/${repository}/manifests/${tag}`);
      const byDigest = readFileSync(`${library}/${repository}/manifests/${digestOf(bytes)}`);
      expect(bytes.equals(byDigest)).toBe(true);
    }
    expect(index).toMatchObject({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
    });
  });

  test('its manifest and configuration are for linux/386', () => {
    expect(index.manifests).toHaveLength(1);
    expect(manifestDescriptor).toMatchObject({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      platform: { os: 'linux', architecture: '386' },
    });
    expect(manifest).toMatchObject({ schemaVersion: 2, mediaType: manifestDescriptor.mediaType });
    expect(manifest.config.mediaType).toBe('application/vnd.oci.image.config.v1+json');
    expect(config).toMatchObject({ os: 'linux', architecture: '386' });
  });

  // Python's layer is 47 MB: seconds for a decompressor in JavaScript.
  test('every layer is what its descriptor and its diffID say', { timeout: 60_000 }, () => {
    expect(config.rootfs.type).toBe('layers');
    expect(config.rootfs.diff_ids).toHaveLength(manifest.layers.length);
    for (const [position, layer] of manifest.layers.entries()) {
      expect(layer.mediaType).toBe('application/vnd.oci.image.layer.v1.tar+zstd');
      const tar = decompress(readDescriptor(repository, 'blobs', layer));
      expect(digestOf(tar)).toBe(config.rootfs.diff_ids[position]);
    }
  });

  test('its history has one entry per layer, and its labels say whose it is', () => {
    const withLayer = config.history.filter(({ empty_layer: empty }) => empty !== true);
    expect(withLayer).toHaveLength(manifest.layers.length);
    expect(config.config.Labels).toMatchObject({
      'org.opencontainers.image.title': name,
      'org.opencontainers.image.vendor': 'Bottleship',
    });
    expect(config.config.Cmd?.length).toBeGreaterThan(0);
    expect(config.config.Env?.[0]).toMatch(/^PATH=/);
  });

  test('nothing lies in its folders that its tags do not lead to', () => {
    const blobs = [manifest.config, ...manifest.layers].map(({ digest }) => digest);
    expect(readdirSync(`${library}/${repository}/blobs`).sort()).toEqual(
      [...new Set(blobs)].sort(),
    );
    const { tags } = readJson<{ tags: string[] }>(`${repository}/tags/list`);
    const indexDigest = digestOf(readFileSync(`${library}/${repository}/manifests/latest`));
    expect(readdirSync(`${library}/${repository}/manifests`).sort()).toEqual(
      [...tags, indexDigest, manifestDescriptor.digest].sort(),
    );
  });
});
