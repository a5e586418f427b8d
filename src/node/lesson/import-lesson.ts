/** `bottleship lesson import`: writes a lesson's folder, never over one that is there. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ImportResult } from '../../lesson/import/import-result.ts';
import { importKillercoda } from '../../lesson/import/killercoda.ts';
import { importPlayWithDocker } from '../../lesson/import/play-with-docker.ts';
import { readTextFiles } from './read-course-folder.ts';

/** Resolves with the exit code; rejects when the source cannot be read or the folder is taken. */
export async function importLesson(source: string, folder: string): Promise<number> {
  if (existsSync(folder)) throw new Error(`Cannot import to "${folder}": it is there already`);
  const { files, warnings } = await convert(source);
  for (const [path, text] of files) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  for (const warning of warnings) console.error(`WARNING: ${warning}`);
  const steps = [...files.keys()].filter((path) => path.endsWith('/step.md')).length;
  console.log(`Imported ${steps} ${steps === 1 ? 'step' : 'steps'} to ${folder}`);
  return 0;
}

async function convert(source: string): Promise<ImportResult> {
  const found = await stat(source).catch(() => undefined);
  if (found === undefined) throw new Error(`Cannot import "${source}": no such file or folder`);
  if (found.isDirectory()) return importKillercoda(await readTextFiles(source, ''));
  return importPlayWithDocker(await readFile(source, 'utf8'));
}
