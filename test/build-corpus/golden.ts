/** The golden files: what the peer made of each case. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { BuildResult } from './result.ts';

const folder = fileURLToPath(new URL('../golden/build/', import.meta.url));

export async function readResult(name: string): Promise<BuildResult> {
  return JSON.parse(await readFile(`${folder}${name}.json`, 'utf8')) as BuildResult;
}

export async function writeResult(name: string, result: BuildResult): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}${name}.json`, `${JSON.stringify(result, undefined, 1)}\n`);
}
