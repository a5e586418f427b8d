/**
 * Debian packages by name, version and hash. Recipes name exactly what they build from; a package
 * whose bytes differ is refused, so a rebuild uses the same input or none.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfFile } from './hash.mjs';
import { run } from './run.mjs';

/**
 * Downloads one pinned binary package and resolves with the path of its .deb in the cache. Rejects
 * when the archive no longer has the version or the bytes are not the pinned ones.
 */
export async function aptDownload({ name, version, arch, sha256, cacheFolder }) {
  const folder = join(cacheFolder, 'debs');
  const path = join(folder, `${name}_${version.replaceAll(':', '%3a')}_${arch}.deb`);
  if (existsSync(path) && (await sha256OfFile(path)) === sha256) return path;

  await mkdir(folder, { recursive: true });
  const download = await mkdtemp(join(folder, 'download-'));
  try {
    const spec = `${name}:${arch}=${version}`;
    await run('apt-get', ['download', spec], { cwd: download }).catch((cause) => {
      const hint = `is ${arch} among "dpkg --print-foreign-architectures", and is the package list fresh?`;
      throw new Error(`Cannot download "${spec}": ${hint}`, { cause });
    });
    const [file] = await readdir(download);
    if (file === undefined) throw new Error(`Cannot download "${spec}": nothing came`);
    const actual = await sha256OfFile(join(download, file));
    if (actual !== sha256) {
      throw new Error(`Cannot use "${spec}": sha256 is ${actual}, pinned is ${sha256}`);
    }
    await rename(join(download, file), path);
    return path;
  } finally {
    await rm(download, { recursive: true, force: true });
  }
}

/** Unpacks a package's files (owners as the caller, modes and times as packed) into a folder. */
export async function extractDeb(debPath, folder) {
  await mkdir(folder, { recursive: true });
  await run('dpkg-deb', ['-x', debPath, folder]);
}
