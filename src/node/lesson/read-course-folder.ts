/** The Markdown of a course's folder, for the reader that knows no files. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { markdownSizeMax } from '../../lesson/front-matter.ts';

/** Files of one folder that an import may take. */
const fileCountMax = 2000;

/** Text files by their path below the folder, with forward slashes; `ending` chooses them. */
export async function readTextFiles(folder: string, ending: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes(`${sep}.git${sep}`))
    .sort();
  if (paths.length > fileCountMax) {
    throw new Error(`Cannot read "${folder}": more than ${fileCountMax} files`);
  }
  const files = new Map<string, string>();
  for (const path of paths) {
    // The reader tells what is too large, with the file's name; it needs no more than its beginning.
    const { size } = await stat(path);
    const text =
      size > markdownSizeMax * 4 ? ' '.repeat(markdownSizeMax + 1) : await readFile(path, 'utf8');
    files.set(relative(folder, path).split(sep).join('/'), text);
  }
  return files;
}
