/**
 * Recipe of the booted machine: what the other recipes built, booted once and written down as the agent says hello, so
 * that a page need not boot it again. Kept compressed only: unpacked it is as large as all the rest.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compress } from '../support/brotli.mjs';
import { run, sourceDateEpochSeconds } from '../support/run.mjs';
import { inputsThatDiffer } from './inputs.mjs';

const capture = fileURLToPath(new URL('capture.mjs', import.meta.url));

/** Writes `machine/booted.bin.br` unless it was made from the files that are there. */
export async function build({ outputFolder, cacheFolder }) {
  const path = join(outputFolder, 'machine/booted.bin.br');
  if (await isCurrent(path)) return;
  const folder = await mkdtemp(join(cacheFolder, 'booted-'));
  try {
    const raw = join(folder, 'booted.bin');
    await run(process.execPath, [capture, raw, String(sourceDateEpochSeconds)]);
    await writeFile(path, await compress(await readFile(raw)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isCurrent(path) {
  try {
    return (await inputsThatDiffer(await readFile(path))).length === 0;
  } catch {
    return false;
  }
}
