/**
 * Builds the machine's user land: `machine/userland.bin` (index and boot pack), `machine/files/` (all
 * content by digest) and `machine/packages.json`. `build()` is called by `vm-image/build.mjs`.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readLock } from '../support/packages.mjs';
import { compressZstd } from '../support/zstd.mjs';
import { assignBlobs } from './blobs.mjs';
import { readBootParts } from './boot-parts.mjs';
import { encodeIndex } from './index.mjs';
import { libraryFolders, machineRoot } from './root.mjs';

/** For the manifest: what the files were made from. Each package's licence is among the files. */
export const sources = (await readLock(new URL('packages.lock.json', import.meta.url))).map(
  ({ name, source, sourceVersion }) => ({
    files: ['machine/userland.bin', 'machine/files/'],
    package: source,
    version: sourceVersion,
    licence: `/usr/share/doc/${name}/copyright on the machine`,
  }),
);

/** Compressions at a time. */
const concurrency = 2;

/** Replaces the user land below `<outputFolder>/machine`. Resolves with its figures. */
export async function build({ outputFolder, cacheFolder }) {
  const { tree, packages, packageOf } = await machineRoot({ cacheFolder });
  const { blobs, places, everyday } = assignBlobs(tree, packageOf);
  const bootParts = await readBootParts(tree);
  const index = encodeIndex(tree, { blobs, places, everyday, bootParts, libraryFolders });

  const folder = join(outputFolder, 'machine');
  // Beside the old ones until all are there: a running page must not miss files.
  const sizes = await writeBlobs(join(folder, 'files.new'), blobs);
  await rm(join(folder, 'files'), { recursive: true, force: true });
  await rename(join(folder, 'files.new'), join(folder, 'files'));
  // Not compressed here: HTTP does it, and the browser inflates it before the machine's thread has it.
  await writeFile(join(folder, 'userland.bin'), index);
  const listed = packages.map(({ sha256: _sha256, ...item }) => item);
  await writeFile(join(folder, 'packages.json'), `${JSON.stringify(listed, null, 2)}\n`);
  return {
    userlandSizeBytes: index.length,
    bootPackSizeBytes: bootParts.reduce((sum, { path, offset, length }) => {
      return sum + Math.min(length, tree.resolve(path).node.content.length - offset);
    }, 0),
    everydaySizeBytes: everyday.reduce((sum, blob) => sum + sizes[blob], 0),
    filesSizeBytes: sizes.reduce((sum, size) => sum + size, 0),
    fileCount: tree.entries().length,
    blobCount: blobs.length,
  };
}

/** Writes every blob under its digest, nothing else stays in the folder; resolves with their sizes. */
async function writeBlobs(folder, blobs) {
  await rm(folder, { recursive: true, force: true });
  const sizes = [];
  const queue = [...blobs.entries()];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [number, { sha256, content }] = next;
      const compressed = await compressZstd(content);
      const path = join(folder, sha256.slice(0, 2));
      await mkdir(path, { recursive: true });
      await writeFile(join(path, `${sha256}.zst`), compressed);
      sizes[number] = compressed.length;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return sizes;
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const figures = await build({
    outputFolder: new URL('../../public', import.meta.url).pathname,
    cacheFolder: new URL('../../.cache', import.meta.url).pathname,
  });
  console.table(figures);
}
