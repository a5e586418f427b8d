import { describe, expect, it } from 'vitest';
import { MemoryBlockStore } from '../../disk/memory-block-store.ts';
import { DiskTree } from './disk-tree.ts';
import { JoinedTree } from './joined-tree.ts';
import { MemoryTree, NinepClient } from './ninep.fixture.ts';
import type { SavedFiles } from './saved-files.ts';
import { createNinepServer, type NinepServer } from './server.ts';

const readWrite = 2;
const failing = (errno: number) => expect.objectContaining({ errno });
const text = (value: string) => new TextEncoder().encode(value);

function createServer(trees: Record<string, MemoryTree> = {}): NinepServer {
  const image = { sizeBytes: 1024 * 1024, blockSizeBytes: 4096, blocks: new Map() };
  const disk = new DiskTree(async () => new MemoryBlockStore(image));
  const files = new MemoryTree([
    { children: { dir: 1 } },
    { children: { a: 2, b: 3 } },
    { content: text('first') },
    { content: text('second'), extra: { 'user.x': text('value') } },
  ]);
  return createNinepServer({ root: new JoinedTree({ files, disk, ...trees }) });
}

/** As a session keeps it. */
async function restored(saved: SavedFiles): Promise<NinepClient> {
  const server = createServer();
  await server.restore(JSON.parse(JSON.stringify(saved)) as SavedFiles);
  return new NinepClient(server);
}

describe('SavedFiles', () => {
  it('open files, places and paths of qids go on in another server', async () => {
    const before = createServer();
    const client = new NinepClient(before);
    await client.attach();
    // In another order than the new server would meet them: their paths must not change.
    await client.walk(0, 5, 'disk', 'data');
    await client.open(5, readWrite);
    await client.walk(0, 1, 'files', 'dir', 'b');
    await client.walk(0, 2, 'files', 'dir');
    await client.open(2);
    await client.open(1);
    const paths = await Promise.all([0, 1, 2, 5].map((fid) => client.attributes(fid)));

    const after = await restored(before.save());
    expect(after.server.fidCount).toBe(before.fidCount);
    expect(await Promise.all([0, 1, 2, 5].map((fid) => after.attributes(fid)))).toEqual(paths);
    expect(await after.read(1, 0, 10)).toEqual(text('second'));
    expect((await after.readDirectory(2)).map(({ name }) => name)).toEqual(['.', '..', 'a', 'b']);
    await after.walk(0, 9, 'files', 'dir', '..', '..', 'disk', 'data');
    await expect(after.open(9)).rejects.toEqual(failing(16));
    await after.clunk(5);
    await after.open(9, readWrite);
  });

  it('a value of an extended attribute is read on', async () => {
    const before = createServer();
    const client = new NinepClient(before);
    await client.attach();
    await client.walk(0, 1, 'files', 'dir', 'b');
    await client.send(30, ['u32', 1], ['u32', 2], ['s', 'user.x']);
    const after = await restored(before.save());
    expect(await after.read(2, 1, 10)).toEqual(text('alue'));
  });

  it('a tree that is gone takes its fids with it and no others', async () => {
    const before = createServer({ gone: new MemoryTree([{ children: {} }]) });
    const client = new NinepClient(before);
    await client.attach();
    await client.walk(0, 1, 'gone');
    await client.walk(0, 2, 'files');
    const after = await restored(before.save());
    await expect(after.attributes(1)).rejects.toEqual(failing(9));
    await after.attributes(2);
  });

  it.each<[string, Partial<SavedFiles>]>([
    ['half a row', { fids: [1, 0] }],
    ['a parent that comes later', { nodes: [0, 0, 7] }],
    ['a tree that is not in the list', { nodes: [9, 0, -1] }],
  ])('%s is dataLoss', async (_what, nonsense) => {
    const saved = { ...createServer().save(), ...nonsense };
    await expect(restored(saved)).rejects.toMatchObject({ kind: 'dataLoss' });
  });
});
