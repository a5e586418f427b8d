/** What a visitor downloads of JavaScript and CSS before the machine boots: the page, what it imports at once, and its workers. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { buildIfStale } from '../../src/node/build-if-stale.mjs';

/** The issue's limit, as a server with brotli sends it. */
const compressedBytesMax = 250_000;

const dist = new URL('../../dist/', import.meta.url).pathname;

/** Files that a built file needs before it runs; what it imports later is not among them. */
function needsOf(text: string): string[] {
  const patterns = [
    /(?:\bfrom|\bimport)\s*["'](?:\.\/)?([\w./-]+\.js)["']/g,
    /new URL\(\s*["'](?:\.\/)?([\w./-]+\.js)["']/g,
    /(?:src|href)="\.\/assets\/([\w.-]+\.(?:js|css))"/g,
  ];
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, name = '']) => basename(name)),
  );
}

/** The styles of a script's components lie beside it, under its name. */
function stylesOf(script: string): string[] {
  const stem = /^(.*)-[^-]{8}\.js$/.exec(script)?.[1];
  return readdirSync(`${dist}assets`).filter(
    (name) => stem !== undefined && name.startsWith(`${stem}-`) && name.endsWith('.css'),
  );
}

function closure(): Map<string, number> {
  const sizes = new Map<string, number>();
  const waiting = needsOf(readFileSync(`${dist}index.html`, 'utf8'));
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const path = `${dist}assets/${name}`;
    if (sizes.has(name) || !existsSync(path)) continue;
    const content = readFileSync(path);
    sizes.set(name, brotliCompressSync(content).length);
    if (name.endsWith('.js')) waiting.push(...needsOf(content.toString()), ...stylesOf(name));
  }
  return sizes;
}

test('JavaScript and CSS before the machine boots are 250 kB at most', () => {
  buildIfStale();
  const sizes = closure();
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const table = [...sizes].map(([name, size]) => `${name}: ${size}`).join('\n');
  console.log(`${table}\ntotal: ${total} bytes`);
  expect(sizes.size).toBeGreaterThan(4);
  expect(total).toBeLessThan(compressedBytesMax);
});
