/**
 * The manifest of `public/`: path, size and sha256 of every file, and what the files were made from.
 * `npm run vm:verify` holds the folder against it.
 */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfFile } from './hash.mjs';

export const manifestName = 'manifest.json';

/** Writes the manifest of a folder; `sources` lists package, version and licence of what it holds. */
export async function writeManifest(folder, sources) {
  const manifest = { files: await listFiles(folder), sources };
  await writeFile(join(folder, manifestName), `${JSON.stringify(manifest, null, 1)}\n`);
}

/** What is missing, changed or extra, in words; none when the folder is as its manifest says. */
export async function verifyManifest(folder) {
  const expected = new Map();
  for (const file of await readManifestFiles(folder)) expected.set(file.path, file);
  const problems = [];
  for (const file of await listFiles(folder)) {
    const wanted = expected.get(file.path);
    expected.delete(file.path);
    if (wanted === undefined) problems.push(`extra: ${file.path}`);
    else if (wanted.sha256 !== file.sha256 || wanted.sizeBytes !== file.sizeBytes) {
      problems.push(`changed: ${file.path}: sha256 is ${file.sha256}, wanted is ${wanted.sha256}`);
    }
  }
  for (const path of expected.keys()) problems.push(`missing: ${path}`);
  return problems.sort();
}

async function readManifestFiles(folder) {
  const { files } = JSON.parse(await readFile(join(folder, manifestName), 'utf8'));
  return files;
}

/** Every file but the manifest, by path. */
async function listFiles(folder) {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = names
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => path !== manifestName)
    .sort();
  const files = [];
  for (const path of paths) {
    const { size } = await stat(join(folder, path));
    files.push({ path, sizeBytes: size, sha256: await sha256OfFile(join(folder, path)) });
  }
  return files;
}
