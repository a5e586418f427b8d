/**
 * Names a build of what reads and writes saved sessions: the hash of the source that the workers are made of. Words and
 * looks of the page may change and sessions stay.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** Folders of `src` that no saved state passes through. */
const without = ['ui', 'playground', 'lesson', 'lessons', 'node', 'proxy', 'preview'];

/** Defines `__BUILD__`. */
export function buildVersion(root: string): Plugin {
  return {
    name: 'bottleship:build-version',
    config: () => ({ define: { __BUILD__: JSON.stringify(versionOf(join(root, 'src'))) } }),
  };
}

export function versionOf(source: string): string {
  const hash = createHash('sha256');
  const names = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.test)\.ts$/.test(name))
    .filter((name) => !without.some((folder) => name.startsWith(`${folder}/`)));
  for (const name of names.sort())
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(source, name)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}
