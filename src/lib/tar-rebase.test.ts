import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync, linkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { rebaseTar } from './tar-rebase.ts';

const folder = mkdtempSync(join(tmpdir(), 'tar-rebase-'));
const deep = 'd'.repeat(90);
mkdirSync(join(folder, 'a', deep), { recursive: true });
writeFileSync(join(folder, 'a', 'file'), 'content');
writeFileSync(join(folder, 'a', deep, 'e'.repeat(90)), 'far');
linkSync(join(folder, 'a', 'file'), join(folder, 'a', 'hard'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In small pieces, so that headers are cut. */
function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 700) {
        controller.enqueue(bytes.slice(at, at + 700));
      }
      controller.close();
    },
  });
}

async function listing(format: string, from: string, to: string, at = 'a'): Promise<string[]> {
  const made = spawnSync('tar', ['-C', folder, '--format', format, '-cf', '-', at]);
  const rebased = rebaseTar(streamOf(new Uint8Array(made.stdout)), { from, to });
  const bytes = new Uint8Array(await new Response(rebased).arrayBuffer());
  const list = spawnSync('tar', ['-tvf', '-'], { input: bytes, encoding: 'utf8' });
  expect(list.stderr).toBe('');
  return list.stdout
    .split('\n')
    .map((line) => line.replace(/^\S+ +\S+ +\S+ +\S+ +\S+ /, ''))
    .filter(Boolean)
    .toSorted();
}

describe('rebaseTar()', () => {
  test.each(['ustar', 'gnu', 'pax'])(
    'renames entries, long names and hard links (%s)',
    async (format) => {
      const names = await listing(format, 'a', 'another');
      expect(names).toContain('another/');
      expect(names).toContain(`another/${deep}/${'e'.repeat(90)}`);
      expect(names.filter((name) => name.startsWith('a/'))).toEqual([]);
      const links = names.filter((name) => name.includes(' link to '));
      expect(links).toHaveLength(1);
      expect(links[0]).toMatch(/^another\/(file|hard) link to another\/(file|hard)$/);
    },
  );

  test('makes contents of a directory of an entry', async () => {
    expect(await listing('gnu', 'a', '.')).toContain('./file');
  });

  test('leaves other names alone', async () => {
    expect(await listing('gnu', 'b', 'c')).toContain('a/');
  });

  test('fails on what is cut short', async () => {
    const cut = rebaseTar(streamOf(new Uint8Array(100).fill(65)), { from: 'a', to: 'b' });
    await expect(new Response(cut).arrayBuffer()).rejects.toThrow('unexpected EOF');
  });
});
