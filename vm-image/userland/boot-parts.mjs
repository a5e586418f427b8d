/** What the shell reads before its first prompt: it travels with the index, in one download. */
import { readFile } from 'node:fs/promises';

/** `{ path, offset, length }`, from `boot-parts.json`, whose lines are `[path, offset, length]`. */
export async function readBootParts(tree) {
  const recorded = JSON.parse(await readFile(new URL('boot-parts.json', import.meta.url), 'utf8'));
  return recorded.map(([path, offset, length]) => {
    if (tree.resolve(path)?.node.type !== 'file') {
      throw new Error(`Cannot put "${path}" into the boot pack: it is no file`);
    }
    return { path, offset, length };
  });
}
