/**
 * `npm run vm:build [recipe…]`: builds the machine image into `public/` from pinned sources, all of it
 * or the named recipes, then compresses what the first prompt waits for and writes the manifest.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import * as agent from './agent/build.mjs';
import * as bios from './bios/build.mjs';
import * as booted from './booted/build.mjs';
import * as disk from './disk/build.mjs';
import * as initramfs from './initramfs/build.mjs';
import * as kernel from './kernel/build.mjs';
import * as library from './library/build.mjs';
import { compress } from './support/brotli.mjs';
import { writeManifest } from './support/manifest.mjs';
import * as userland from './userland/build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const outputFolder = join(root, 'public');
const cacheFolder = join(root, '.cache');
const agentFolder = join(cacheFolder, 'agent');
const folders = { outputFolder, cacheFolder };

/** In the order they run: the initramfs holds the agent, and the booted machine is made from all before it. */
const recipes = {
  kernel: () => kernel.build(folders),
  bios: () => bios.build(folders),
  disk: () => disk.build(folders),
  agent: () => agent.build({ outputFolder: agentFolder, cacheFolder }),
  initramfs: () => initramfs.build({ outputFolder, agentPath: join(agentFolder, 'agent') }),
  userland: () => userland.build(folders),
  booted: () => booted.build(folders),
  library: () => library.build(folders),
};

const modules = [kernel, bios, agent, initramfs, userland, library];

/** Served before the first prompt; the browser inflates them on the way in. */
const precompressed = ['kernel.bin', 'initramfs.cpio', 'bios.bin', 'userland.bin'];

async function main(names) {
  const unknown = names.filter((name) => !Object.hasOwn(recipes, name));
  if (unknown.length > 0) {
    const known = Object.keys(recipes).join(', ');
    throw new Error(`Cannot build "${unknown.join('", "')}": recipes are ${known}`);
  }
  await mkdir(cacheFolder, { recursive: true });
  for (const [name, build] of Object.entries(recipes)) {
    if (!isWanted(name, names)) continue;
    const begin = Date.now();
    await build();
    console.log(`${name}: ${((Date.now() - begin) / 1000).toFixed(1)} s`);
  }
  for (const name of precompressed) await precompress(join(outputFolder, 'machine', name));
  await writeManifest(
    outputFolder,
    modules.flatMap((module) => module.sources ?? []),
  );
}

/**
 * Of the recipes that were not named, the booted machine's runs too, as it knows itself whether it must, and the disk's
 * where it never did: nothing boots without it.
 */
function isWanted(name, names) {
  if (names.length === 0 || names.includes(name) || name === 'booted') return true;
  return name === 'disk' && !existsSync(join(outputFolder, 'machine/disk.gz'));
}

/** Writes the brotli sibling unless it is there. */
async function precompress(path) {
  const content = await readFile(path);
  const present = await readFile(`${path}.br`).then(
    (bytes) => promisify(brotliDecompress)(bytes),
    () => undefined,
  );
  if (present?.equals(content)) return;
  await writeFile(`${path}.br`, await compress(content));
}

await main(process.argv.slice(2));
