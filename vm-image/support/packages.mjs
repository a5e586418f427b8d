/**
 * Sets of Debian packages: downloads what a lock file names, all at once, and reads their files.
 * `node vm-image/lock.mjs` writes the lock files.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sha256OfFile } from './hash.mjs';
import { recipeEnvironment, run } from './run.mjs';
import { readTar } from './tar.mjs';

/** Uncompressed, the largest package in use is well below this. */
const archiveSizeMax = 256 * 1024 * 1024;

/** A lock file's packages, `{ name, version, architecture, source, sourceVersion, sha256 }`. */
export async function readLock(url) {
  return JSON.parse(await readFile(url, 'utf8'));
}

/** How apt names exactly this package. */
export function packageSpec({ name, version, architecture }) {
  return `${name}${architecture === 'all' ? '' : `:${architecture}`}=${version}`;
}

/** Path of a package in the cache. */
export function packagePath({ name, version, architecture }, cacheFolder) {
  return join(cacheFolder, 'debs', `${name}_${version.replaceAll(':', '%3a')}_${architecture}.deb`);
}

/** Downloads the packages that the cache lacks and checks every hash. */
export async function fetchPackages(packages, cacheFolder) {
  const folder = join(cacheFolder, 'debs');
  await mkdir(folder, { recursive: true });
  const missing = packages.filter((item) => !existsSync(packagePath(item, cacheFolder)));
  if (missing.length > 0) {
    const download = await mkdtemp(join(folder, 'download-'));
    try {
      const specs = missing.map(packageSpec);
      await run('apt-get', ['download', ...specs], { cwd: download });
      for (const file of await readdir(download))
        await rename(join(download, file), join(folder, file));
    } finally {
      await rm(download, { recursive: true, force: true });
    }
  }
  for (const item of packages) {
    const actual = await sha256OfFile(packagePath(item, cacheFolder));
    if (actual === item.sha256) continue;
    await rm(packagePath(item, cacheFolder), { force: true });
    throw new Error(`Cannot use "${item.name}": sha256 is ${actual}, pinned is ${item.sha256}`);
  }
}

/** The files of one package as tar entries. */
export async function packageEntries(item, cacheFolder) {
  const path = packagePath(item, cacheFolder);
  const { stdout } = await promisify(execFile)('dpkg-deb', ['--fsys-tarfile', path], {
    encoding: 'buffer',
    env: recipeEnvironment(),
    maxBuffer: archiveSizeMax,
  });
  return [...readTar(stdout)];
}
