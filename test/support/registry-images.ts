/** The recipe of the registry fixture's images; see registry-fixture.ts for what each of them is. */
import { createHash } from 'node:crypto';
import {
  chmod,
  copyFile,
  link,
  mkdir,
  readFile,
  readdir,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { execOk } from './process.ts';

/** Files of other architectures are never run, so their images hold the same as ours. */
const otherArchitectures = ['amd64', 'arm64'] as const;
const applets = [
  'sh',
  'ls',
  'cat',
  'echo',
  'stat',
  'sleep',
  'true',
  'false',
  'id',
  'hostname',
  'mount',
  'readlink',
];

export interface BuildImagesOptions {
  readonly work: string;
  /** Keeps downloaded packages. */
  readonly cache: string;
  /** The registry to push to. */
  readonly host: string;
  readonly images: Readonly<
    Record<'layers' | 'schema2' | 'zstd' | 'plain' | 'index' | 'list' | 'foreign', string>
  >;
}

export async function buildImages({
  work,
  cache,
  host,
  images,
}: BuildImagesOptions): Promise<void> {
  const debs = await downloadPackages(['busybox-static', 'netbase'], join(cache, 'debs'));
  const layout = join(work, 'layout');
  await buildLayout(layout, { work, debs });
  const push = (source: string, image: string, ...options: string[]) =>
    execOk('skopeo', [
      'copy',
      '-q',
      '--dest-tls-verify=false',
      ...options,
      source,
      `docker://${host}/${image}:latest`,
    ]);
  const main = `oci:${layout}:main`;
  await push(main, images.layers);
  await push(main, images.schema2, '--format', 'v2s2');

  // skopeo keeps the compression a layer has, so the other forms start from layers without any.
  const plain = `dir:${join(work, 'plain')}`;
  await execOk('skopeo', ['copy', '-q', '--dest-decompress', main, plain]);
  await push(plain, images.plain, '--preserve-digests');
  const zstd = `oci:${join(work, 'zstd')}:main`;
  await execOk('skopeo', [
    'copy',
    '-q',
    '--dest-compress-format',
    'zstd',
    '--dest-compress',
    plain,
    zstd,
  ]);
  await push(zstd, images.zstd, '--preserve-digests');

  await addIndex(layout, 'index', [...otherArchitectures, 'main']);
  await addIndex(layout, 'foreign', otherArchitectures);
  await push(`oci:${layout}:index`, images.index, '--all');
  await push(`oci:${layout}:index`, images.list, '--all', '--format', 'v2s2');
  await push(`oci:${layout}:foreign`, images.foreign, '--all');
}

/** Packs the layers with umoci, each the difference to the one before. */
async function buildLayout(
  layout: string,
  { work, debs }: { work: string; debs: readonly string[] },
): Promise<void> {
  const bundle = join(work, 'bundle');
  const rootfs = join(bundle, 'rootfs');
  const image = `${layout}:main`;
  const umoci = (...args: string[]) => execOk('umoci', args);
  await umoci('init', '--layout', layout);
  await umoci('new', '--image', image);
  await umoci('unpack', '--image', image, bundle);
  const repack = () => umoci('repack', '--refresh-bundle', '--image', image, bundle);
  await fillBase(rootfs, debs);
  await repack();
  await fillFiles(rootfs);
  await repack();
  await removeFiles(rootfs);
  await repack();
  const opaque = join(work, 'opaque');
  await mkdir(opaque);
  await writeFile(join(opaque, 'only'), 'the rest is hidden\n');
  await umoci('insert', '--image', image, '--opaque', opaque, '/opaque');
  const settings = {
    os: 'linux',
    architecture: '386',
    'config.workingdir': '/work',
    'config.cmd': 'sh',
    'config.label': 'org.example.fixture=layers',
    'config.exposedports': '8080/tcp',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const environment = ['PATH=/bin:/usr/bin', 'FIXTURE=yes'].flatMap((entry) => [
    '--config.env',
    entry,
  ]);
  await umoci('config', '--image', image, ...options, ...environment);
  for (const architecture of otherArchitectures) {
    await umoci('config', '--image', image, '--tag', architecture, '--architecture', architecture);
  }
}

/** A small system: busybox under many names that are hard links, and the files of packages. */
async function fillBase(rootfs: string, debs: readonly string[]): Promise<void> {
  for (const deb of debs) await execOk('dpkg-deb', ['-x', deb, rootfs]);
  for (const folder of [
    'root',
    'tmp',
    'work',
    'data',
    'data/old',
    'opaque',
    'usr/bin',
    'proc',
    'sys',
    'dev',
  ]) {
    await mkdir(join(rootfs, folder), { recursive: true });
  }
  await chmod(join(rootfs, 'tmp'), 0o1777);
  for (const applet of applets)
    await link(join(rootfs, 'bin/busybox'), join(rootfs, 'bin', applet));
  await symlink('../bin/busybox', join(rootfs, 'usr/bin/env'));
  await symlink('/etc/services', join(rootfs, 'data/absolute'));
  await writeFile(
    join(rootfs, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/work:/bin/sh\n',
  );
  await writeFile(join(rootfs, 'etc/group'), 'root:x:0:\nuser:x:1000:\n');
  for (const name of ['a', 'b']) await writeFile(join(rootfs, 'data/old', name), name);
  for (const name of ['hidden-1', 'hidden-2']) await writeFile(join(rootfs, 'opaque', name), name);
}

/** What tar formats differ in: capabilities, modes, long and foreign names, large and sparse files. */
async function fillFiles(rootfs: string): Promise<void> {
  const privileged = join(rootfs, 'usr/bin/privileged');
  await copyFile(join(rootfs, 'bin/busybox'), privileged);
  await execOk('setcap', ['cap_net_raw,cap_net_admin+ep', privileged]);
  await copyFile(join(rootfs, 'bin/busybox'), join(rootfs, 'usr/bin/setuid'));
  await chmod(join(rootfs, 'usr/bin/setuid'), 0o4755);
  await writeFile(join(rootfs, 'data', 'n'.repeat(200)), 'long name\n');
  await writeFile(join(rootfs, 'data', 'naïve 文件 \n'), 'odd name\n');
  await writeFile(join(rootfs, 'data/noise'), noise(6 << 20));
  await writeFile(join(rootfs, 'data/sparse'), 'start');
  await truncate(join(rootfs, 'data/sparse'), 8 << 20);
  await writeFile(join(rootfs, 'data/twin-1'), 'twins\n');
  await link(join(rootfs, 'data/twin-1'), join(rootfs, 'data/twin-2'));
  await execOk('chown', ['1000:1000', join(rootfs, 'work')]);
}

/**
 * What whiteouts are for: a file, one of two names, a folder. Not a folder that became a file: umoci writes whiteouts
 * below the file then, which Docker refuses to unpack.
 */
async function removeFiles(rootfs: string): Promise<void> {
  await rm(join(rootfs, 'etc/services'));
  await rm(join(rootfs, 'data/twin-1'));
  await rm(join(rootfs, 'data/old'), { recursive: true });
  await rm(join(rootfs, 'data/absolute'));
  await writeFile(join(rootfs, 'data/absolute'), 'a file now\n');
}

/** Bytes that no compressor makes smaller, the same every time. */
function noise(length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let block = 0; block * 64 < length; block += 1) {
    blocks.push(createHash('sha512').update(`fixture ${block}`).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

interface LayoutEntry {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: object;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Adds an index of images that the layout holds; umoci itself writes none. */
async function addIndex(layout: string, name: string, images: readonly string[]): Promise<void> {
  const path = join(layout, 'index.json');
  const top = JSON.parse(await readFile(path, 'utf8')) as { manifests: LayoutEntry[] };
  const nameOf = ({ annotations }: LayoutEntry) =>
    annotations?.['org.opencontainers.image.ref.name'];
  const entries = images.map((image) => {
    const found = top.manifests.find((entry) => nameOf(entry) === image);
    if (found === undefined) throw new Error(`Cannot find "${image}" in the layout`);
    const { mediaType, digest, size } = found;
    return {
      mediaType,
      digest,
      size,
      platform: { os: 'linux', architecture: image === 'main' ? '386' : image },
    };
  });
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests: entries }));
  const hex = createHash('sha256').update(index).digest('hex');
  await writeFile(join(layout, 'blobs/sha256', hex), index);
  top.manifests.push({
    mediaType,
    digest: `sha256:${hex}`,
    size: index.length,
    annotations: { 'org.opencontainers.image.ref.name': name },
  });
  await writeFile(path, JSON.stringify(top));
}

/** Paths of the packages for i386, with lists of their own: the system's settings are neither needed nor changed. */
async function downloadPackages(names: readonly string[], folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const found = async () => {
    const files = await readdir(folder);
    return names.flatMap((name) => files.filter((file) => file.startsWith(`${name}_`)).slice(0, 1));
  };
  if ((await found()).length < names.length) {
    const state = join(folder, '..', 'apt');
    for (const part of ['lists/partial', 'archives/partial'])
      await mkdir(join(state, part), { recursive: true });
    const settings = {
      'Dir::State': state,
      'Dir::State::status': '/dev/null',
      'Dir::Cache': state,
      'APT::Architecture': 'i386',
      'APT::Architectures': 'i386',
      'APT::Sandbox::User': '',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    // Foreign sources may have nothing for i386; that the packages come is what counts.
    await execOk('apt-get', ['-q', ...options, 'update']).catch(() => undefined);
    await execOk('apt-get', ['-q', ...options, 'download', ...names], { cwd: folder });
    await rm(state, { recursive: true, force: true });
  }
  return (await found()).map((file) => join(folder, file));
}
