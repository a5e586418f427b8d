/** The images that both sides have: our bundled busybox, and others of its files with other configurations. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decompress } from '../../src/image/decompress.ts';
import { digestOf } from '../../src/image/hash.ts';
import { tarArchive } from '../../src/image/tar-writer.ts';

export interface FixtureImage {
  readonly names: readonly string[];
  readonly id: string;
  readonly config: Uint8Array;
  /** Uncompressed, bottom first. */
  readonly layers: readonly Uint8Array[];
}

export interface Fixtures {
  readonly images: readonly FixtureImage[];
  /** All images in the form that `docker load` takes. */
  readonly archive: Uint8Array;
  /** Digests and times that are in the images, as they are written in answers. */
  readonly constants: ReadonlySet<string>;
}

const library = fileURLToPath(new URL('../../public/library/v2/library/busybox/', import.meta.url));
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

export async function createFixtures(): Promise<Fixtures> {
  const busybox = await bundledBusybox();
  const [base] = busybox.layers;
  if (base === undefined) throw new Error('The bundled busybox has no layer');
  const images = [
    { ...busybox, names: ['busybox:latest'] },
    await webImage(base),
    await bareImage(base),
  ];
  return { images, archive: dockerArchive(images), constants: await constantsOf(images) };
}

async function bundledBusybox(): Promise<FixtureImage> {
  interface Manifest {
    readonly manifests?: readonly { readonly digest: string }[];
    readonly config?: { readonly digest: string };
    readonly layers?: readonly { readonly digest: string }[];
  }
  // Our own files: test/library.test.ts holds them to their form.
  const manifest = async (name: string) =>
    JSON.parse(await readFile(join(library, 'manifests', name), 'utf8')) as Manifest;
  const blob = (digest = 'missing') => readFile(join(library, 'blobs', digest));
  const { config, layers } = await manifest(
    (await manifest('latest')).manifests?.[0]?.digest ?? '',
  );
  const configBytes = await blob(config?.digest);
  const compressed = await blob(layers?.[0]?.digest);
  const chunks: Uint8Array[] = [];
  for await (const chunk of decompress(once(compressed))) chunks.push(chunk.slice());
  return {
    names: [],
    id: await digestOf(configBytes),
    config: configBytes,
    layers: [Buffer.concat(chunks)],
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Every field that an image can give to a container. */
async function webImage(base: Uint8Array): Promise<FixtureImage> {
  const file = (name: string, text: string) => ({
    name,
    type: 'file' as const,
    mode: 0o644,
    mtimeSeconds: 1_700_000_000,
    sizeBytes: text.length,
    data: new TextEncoder().encode(text),
  });
  const dir = (name: string) => ({
    name,
    type: 'dir' as const,
    mode: 0o755,
    mtimeSeconds: 1_700_000_000,
  });
  const layer = tarArchive([
    dir('data/'),
    file('data/seed', 'seed\n'),
    dir('srv/'),
    file('srv/index.html', '<p>hello</p>\n'),
    { name: 'srv/link', type: 'symlink', linkName: 'index.html', mtimeSeconds: 1_700_000_000 },
  ]);
  return image(['web:1.0', 'example.org/team/web:latest'], {
    created: '2026-02-03T04:05:06Z',
    author: 'somebody',
    config: {
      User: '65534:65534',
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      Env: ['PATH=/usr/local/bin:/bin', 'COLOUR=blue', 'EMPTY='],
      Entrypoint: ['/bin/sh', '-c'],
      Cmd: ['echo web'],
      Volumes: { '/data': {} },
      WorkingDir: '/srv',
      Labels: { tier: 'front', 'org.example.note': 'two words' },
      StopSignal: 'SIGQUIT',
      OnBuild: ['RUN true'],
      Shell: ['/bin/sh', '-c'],
      Healthcheck: { Test: ['CMD', 'true'], Interval: 3_600_000_000_000, Retries: 5 },
    },
    layers: [base, layer],
    history: [
      { created: '2026-02-03T04:05:04Z', created_by: 'ADD busybox /' },
      { created: '2026-02-03T04:05:05Z', created_by: 'COPY . /', author: 'somebody' },
      {
        created: '2026-02-03T04:05:06Z',
        created_by: 'CMD ["echo web"]',
        comment: 'no files',
        empty_layer: true,
      },
    ],
  });
}

/** Neither command nor anything else. */
function bareImage(base: Uint8Array): Promise<FixtureImage> {
  return image(['bare:latest'], {
    created: '2026-03-04T05:06:07Z',
    config: {},
    layers: [base],
    history: [{ created: '2026-03-04T05:06:07Z', created_by: 'bare' }],
  });
}

async function image(
  names: readonly string[],
  parts: {
    readonly created: string;
    readonly author?: string;
    readonly config: object;
    readonly layers: readonly Uint8Array[];
    readonly history: readonly object[];
  },
): Promise<FixtureImage> {
  const { layers, ...rest } = parts;
  const diffIds = await Promise.all(layers.map((layer) => digestOf(layer)));
  const config = encode({
    architecture: '386',
    os: 'linux',
    ...rest,
    rootfs: { type: 'layers', diff_ids: diffIds },
  });
  return { names, id: await digestOf(config), config, layers };
}

function dockerArchive(images: readonly FixtureImage[]): Uint8Array {
  const files = new Map<string, Uint8Array>();
  const manifest = images.map(({ names, id, config, layers }) => {
    const configName = `${id.slice('sha256:'.length)}.json`;
    files.set(configName, config);
    const layerNames = layers.map((layer, index) => {
      const name = `${id.slice('sha256:'.length, 20)}-${index}/layer.tar`;
      files.set(name, layer);
      return name;
    });
    return { Config: configName, RepoTags: names, Layers: layerNames };
  });
  files.set('manifest.json', encode(manifest));
  return tarArchive(
    [...files].map(([name, data]) => ({ name, type: 'file', sizeBytes: data.length, data })),
  );
}

async function constantsOf(images: readonly FixtureImage[]): Promise<Set<string>> {
  const constants = new Set<string>();
  for (const { id, config, layers } of images) {
    constants.add(id.slice('sha256:'.length));
    for (const layer of layers) constants.add((await digestOf(layer)).slice('sha256:'.length));
    for (const [time] of new TextDecoder().decode(config).matchAll(/\d{4}-[\dT:-]+Z/g)) {
      constants.add(time);
      constants.add(String(Date.parse(time) / 1000));
    }
  }
  return constants;
}
