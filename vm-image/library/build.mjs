/**
 * Builds the bundled library: OCI images for linux/386 from Debian's packages, as static files that
 * answer for docker.io before the registry proxy does. `build()` is called by `vm-image/build.mjs`.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchPackages, packageEntries, readLock } from '../support/packages.mjs';
import { allImages } from './images.mjs';
import { writeCatalog, writeImage } from './oci.mjs';

const lockUrl = new URL('packages.lock.json', import.meta.url);

/** For the manifest: what the images were made from. Each package's licence is in its image. */
export const sources = Object.entries(await readLock(lockUrl)).flatMap(([set, packages]) =>
  packages.map(({ name, source, sourceVersion }) => ({
    files: [`library/ (${set})`],
    package: source,
    version: sourceVersion,
    licence: `/usr/share/doc/${name}/copyright in the image`,
  })),
);

/** Replaces `<outputFolder>/library`; packages are kept in `cacheFolder`. Resolves with each image's figures. */
export async function build({ outputFolder, cacheFolder }) {
  const folder = join(outputFolder, 'library.new');
  const sets = await readSets(cacheFolder);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });

  const figures = [];
  const packages = {};
  for await (const image of allImages(sets)) {
    figures.push(await writeImage(folder, { ...image, labels: labelsOf(image) }));
    packages[image.name] = image.packages.map(({ sha256: _sha256, ...item }) => item);
  }
  await writeCatalog(
    folder,
    figures.map(({ name }) => name),
  );
  await writeFile(join(folder, 'packages.json'), `${JSON.stringify(packages, null, 2)}\n`);
  await rm(join(outputFolder, 'library'), { recursive: true, force: true });
  await rename(folder, join(outputFolder, 'library'));
  return figures;
}

/** The locked package sets by name, with their files read on demand. */
async function readSets(cacheFolder) {
  const locked = await readLock(lockUrl);
  const sets = {};
  for (const [name, packages] of Object.entries(locked)) {
    await fetchPackages(packages, cacheFolder);
    sets[name] = {
      packages,
      entries: async (packageName) => {
        const item = packages.find((it) => it.name === packageName);
        if (item === undefined) throw new Error(`Cannot find "${packageName}" in set "${name}"`);
        return packageEntries(item, cacheFolder);
      },
    };
  }
  return sets;
}

/** Says whose image this is and what it was made of. */
function labelsOf({ title, description, licenses, version, packages }) {
  return {
    'org.opencontainers.image.title': title,
    'org.opencontainers.image.description': description,
    'org.opencontainers.image.vendor': 'Bottleship',
    'org.opencontainers.image.authors':
      'Bottleship, built from Debian packages; not the official image',
    'org.opencontainers.image.licenses': licenses,
    'org.opencontainers.image.version': version,
    ...(packages.length === 0
      ? {}
      : { 'bottleship.packages': packages.map((it) => `${it.name}=${it.version}`).join(' ') }),
  };
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const figures = await build({
    outputFolder: new URL('../../public', import.meta.url).pathname,
    cacheFolder: new URL('../../.cache', import.meta.url).pathname,
  });
  console.table(figures);
}
