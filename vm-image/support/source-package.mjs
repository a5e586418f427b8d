/**
 * Debian source packages by name, version and hash. Most systems list binary packages only, so the
 * lists of sources are fetched beside them, into the cache, from the archives the system has.
 */
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfFile } from './hash.mjs';
import { run } from './run.mjs';

/**
 * Downloads a source package, checks its files (`{ name: sha256 }`, the first being the .dsc) and
 * unpacks it with Debian's patches into `folder`, which must not exist.
 */
export async function unpackSource({ name, version, files, cacheFolder, folder }) {
  const store = join(cacheFolder, 'sources');
  await mkdir(store, { recursive: true });
  const complete = Object.keys(files).every((file) => existsSync(join(store, file)));
  if (!complete) await download(`${name}=${version}`, { store, cacheFolder });
  for (const [file, sha256] of Object.entries(files)) {
    const actual = await sha256OfFile(join(store, file));
    if (actual === sha256) continue;
    await rm(join(store, file));
    throw new Error(`Cannot use "${file}": sha256 is ${actual}, pinned is ${sha256}`);
  }
  const [description] = Object.keys(files);
  // The hashes above say more than the signature of a key that may be expired.
  await run('dpkg-source', ['--no-check', '-x', join(store, description), folder]);
}

async function download(spec, { store, cacheFolder }) {
  const state = join(cacheFolder, 'source-lists');
  await mkdir(join(state, 'lists', 'partial'), { recursive: true });
  await mkdir(join(state, 'parts'), { recursive: true });
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const line = `deb-src [signed-by=${keyring}] $(REPO_URI) $(RELEASE) $(COMPONENT)`;
  const filter = ['Created-By: Packages', 'Origin: Debian'];
  const archives = await run('apt-get', ['indextargets', '--format', line, ...filter]);
  const unique = [...new Set(archives.split('\n'))].join('\n');
  await writeFile(join(state, 'sources.list'), unique);
  const options = [
    `Dir::Etc::sourcelist=${join(state, 'sources.list')}`,
    `Dir::Etc::sourceparts=${join(state, 'parts')}`,
    `Dir::State::lists=${join(state, 'lists')}`,
    `Dir::Cache=${state}`,
  ].flatMap((option) => ['-o', option]);
  await run('apt-get', [...options, 'update']);
  await run('apt-get', [...options, 'source', '--download-only', spec], { cwd: store });
}
