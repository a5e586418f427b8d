import { describe, expect, test } from 'vitest';
import { joinBytes } from '../../lib/join-bytes.ts';
import { readChunks } from '../../lib/read-chunks.ts';
import { tarArchive } from '../../image/tar-writer.ts';
import { checkArchive } from './check-archive.ts';

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function passed(bytes: Uint8Array): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readChunks(checkArchive(once(bytes), '/d'))) chunks.push(chunk);
  return joinBytes(chunks);
}

const file = { name: 'f', type: 'file', data: new TextEncoder().encode('text') } as const;
const links = [
  { name: 'l', type: 'symlink', linkName: 'f' },
  { name: 'h', type: 'link', linkName: 'f' },
  { name: 'empty', type: 'file' },
  { name: 'sub/', type: 'dir' },
] as const;

describe('checkArchive()', () => {
  test('passes an archive on as it is', async () => {
    const archive = tarArchive([file, ...links]);
    expect(await passed(archive)).toEqual(archive);
  });

  test('refuses names outside of the directory', async () => {
    const outside = passed(tarArchive([{ ...file, name: '../f' }]));
    await expect(outside).rejects.toThrow('"../f" is outside of "/d"');
  });

  const sparse = (size: string) => ({
    ...file,
    name: 'GNUSparseFile/f',
    pax: {
      'GNU.sparse.major': '0',
      'GNU.sparse.minor': '1',
      'GNU.sparse.name': 'f',
      'GNU.sparse.size': size,
      'GNU.sparse.map': '1000,3,2000,1',
      'GNU.sparse.numblocks': '2',
    },
  });

  test('fills the holes of a sparse file', async () => {
    const data = new Uint8Array(70_000);
    data.set(new TextEncoder().encode('tex'), 1000);
    data.set(new TextEncoder().encode('t'), 2000);
    const archive = await passed(tarArchive([sparse('70000'), ...links]));
    expect(archive).toEqual(tarArchive([{ name: 'f', type: 'file', data }, ...links]));
  });

  test('refuses more holes than the disk has room for', async () => {
    const huge = passed(tarArchive([sparse(String(2 ** 40))]));
    await expect(huge).rejects.toThrow('write /f: no space left on device');
    const half = sparse(String(5 * 1024 ** 3));
    const read = checkArchive(once(tarArchive([half])), '/d').getReader();
    expect((await read.read()).done).toBe(false);
    await read.cancel();
  });

  test('refuses what is no kind of file', async () => {
    const archive = tarArchive([file]);
    archive[156] = 0x56;
    const before = [...archive.subarray(0, 148), ...archive.subarray(156, 512)];
    const sum = before.reduce((total, byte) => total + byte, 8 * 32);
    archive.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    await expect(passed(archive)).rejects.toThrow('unhandled tar header type 86');
  });
});
