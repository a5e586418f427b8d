import { describe, expect, test } from 'vitest';
import { IgnorePatterns } from '../../../lib/ignore-patterns.ts';
import { joinBytes } from '../../../lib/join-bytes.ts';
import { tarEnd, tarFile } from '../../../lib/tar-file.ts';
import type { CliFiles } from '../../invocation.ts';
import { isArchive } from './build-context.ts';
import { directoryTar } from './local-context.ts';

const content = new TextEncoder().encode('x');

function filesWith(names: readonly string[]): Pick<CliFiles, 'readTar'> {
  const tar = joinBytes([...names.map((name) => tarFile({ name, content })), tarEnd()]);
  return { readTar: () => new Blob([new Uint8Array(tar)]).stream() };
}

async function namesOf(stream: ReadableStream<Uint8Array>): Promise<string[]> {
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const names: string[] = [];
  for (let at = 0; at < bytes.length; at += 512) {
    const block = new TextDecoder().decode(bytes.subarray(at, at + 100));
    const name = block.slice(0, Math.max(0, block.indexOf('\0')));
    if (bytes[at + 257] === 0x75) names.push(name);
  }
  return names;
}

describe('directoryTar()', () => {
  test('leaves out what is ignored, keeps what is needed, names it from the directory', async () => {
    const files = filesWith([
      'dir/Dockerfile',
      'dir/.dockerignore',
      'dir/a',
      'dir/b/c',
      'dir/d',
      'other',
    ]);
    const patterns = new IgnorePatterns(['*', '!d']);
    const keep = new Set(['Dockerfile', '.dockerignore']);
    const tar = directoryTar(files, '/x/dir', { patterns, keep, drop: new Set() });
    expect(await namesOf(tar)).toEqual(['Dockerfile', '.dockerignore', 'd']);
    const rest = directoryTar(files, '/x/dir', {
      patterns: new IgnorePatterns(['b']),
      keep: new Set(),
      drop: keep,
    });
    expect(await namesOf(rest)).toEqual(['a', 'd']);
  });
});

describe('isArchive()', () => {
  test('knows tars and compressed ones from text', () => {
    expect(isArchive(tarFile({ name: 'a', content }))).toBe(true);
    expect(isArchive(new Uint8Array([0x1f, 0x8b, 8]))).toBe(true);
    expect(isArchive(new TextEncoder().encode(`FROM x\n${' '.repeat(1024)}`))).toBe(false);
    expect(isArchive(new Uint8Array())).toBe(false);
  });
});
