/**
 * `node vm-image/lock.mjs`: chooses the newest versions of the Debian packages that the recipes name,
 * with all they depend on, and writes the lock files. Not part of a build: run it to upgrade, then
 * build, test and commit. Needs apt with i386 as a foreign architecture.
 */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageSets } from './library/package-sets.mjs';
import { packageSpec } from './support/packages.mjs';
import { run } from './support/run.mjs';
import { words } from './support/words.mjs';
import { userlandPackages } from './userland/package-set.mjs';

await writeLock('userland/packages.lock.json', await resolveSet(userlandPackages));
const library = {};
for (const [name, set] of Object.entries(packageSets)) library[name] = await resolveSet(set);
await writeLock('library/packages.lock.json', library);

/**
 * The named packages and their dependencies (not where they are wanted `alone`) as apt would install them on an empty
 * i386 system.
 */
async function resolveSet({ names, without = [], alone = false }) {
  const state = await mkdtemp(join(tmpdir(), 'bottleship-lock-'));
  try {
    await writeFile(join(state, 'status'), '');
    await mkdir(join(state, 'partial'));
    const options = words(`
      -o Dir::State::status=${join(state, 'status')} -o APT::Architecture=i386
      -o APT::Architectures=i386 --no-install-recommends --print-uris -y
    `);
    const output = await run('apt-get', ['install', ...options, ...names]);
    const files = [...output.matchAll(/^'[^']*' (\S+)_(\S+)_(\S+)\.deb \d+/gm)]
      .map(([, name, version, architecture]) => ({
        name,
        version: decodeURIComponent(version),
        architecture,
      }))
      .filter(({ name }) => !without.includes(name) && (!alone || names.includes(name)))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return await describe(files);
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

/** Adds source package and hash, as the archive's index has them. */
async function describe(packages) {
  const specs = packages.map(packageSpec);
  const stanzas = (await run('apt-cache', ['show', ...specs])).split('\n\n').map(fieldsOf);
  return packages.map((item) => {
    const fields = stanzas.find((it) => it.Package === item.name && it.Version === item.version);
    if (fields === undefined) throw new Error(`Cannot describe "${item.name}": not in the index`);
    const [, source, sourceVersion] =
      /^(\S+)(?: \((.*)\))?$/.exec(fields.Source ?? item.name) ?? [];
    return {
      ...item,
      source,
      sourceVersion: sourceVersion ?? item.version,
      sha256: fields.SHA256,
    };
  });
}

function fieldsOf(stanza) {
  return Object.fromEntries(
    [...stanza.matchAll(/^([A-Za-z0-9-]+): (.*)$/gm)].map((m) => [m[1], m[2]]),
  );
}

async function writeLock(path, content) {
  const url = new URL(path, import.meta.url);
  await writeFile(url, `${JSON.stringify(content, null, 2)}\n`);
}
