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

  test('refuses a sparse file, which the agent would write wrongly', async () => {
    const pax = {
      'GNU.sparse.major': '0',
      'GNU.sparse.minor': '1',
      'GNU.sparse.name': 'f',
      'GNU.sparse.size': '1004',
      'GNU.sparse.map': '1000,4',
      'GNU.sparse.numblocks': '1',
    };
    await expect(passed(tarArchive([{ ...file, pax }]))).rejects.toThrow(
      'Cannot unpack "f": it is archived as a sparse file',
    );
  });
});
