import { describe, expect, it } from 'vitest';
import { MemoryBlockStore } from '../../disk/memory-block-store.ts';
import { DiskTree } from './disk-tree.ts';
import { JoinedTree } from './joined-tree.ts';
import { NinepClient } from './ninep.fixture.ts';
import { createNinepServer } from './server.ts';

const twrite = 118;
const tfsync = 50;
const readWrite = 2;
const create = 0o100;

const failing = (errno: number) => expect.objectContaining({ errno });

async function connect(): Promise<{ client: NinepClient; flushes: () => number }> {
  const image = { sizeBytes: 1024 * 1024, blockSizeBytes: 4096, blocks: new Map() };
  let flushes = 0;
  const store = Object.assign(new MemoryBlockStore(image), {
    flush: async () => {
      flushes += 1;
    },
  });
  const disk = new DiskTree(async () => store);
  const client = new NinepClient(createNinepServer({ root: new JoinedTree({ disk }) }));
  await client.attach();
  await client.walk(0, 1, 'disk', 'data');
  return { client, flushes: () => flushes };
}

describe('DiskTree', () => {
  it('is written, read and flushed', async () => {
    const { client, flushes } = await connect();
    await client.open(1, readWrite);
    const bytes = Uint8Array.of(1, 2);
    const reply = await client.send(
      twrite,
      ...([
        ['u32', 1],
        ['u64', 8191],
        ['u32', 2],
        ['bytes', bytes],
      ] as const),
    );
    expect(reply.u32()).toBe(2);
    expect(await client.read(1, 8190, 4)).toEqual(Uint8Array.of(0, 1, 2, 0));
    await client.send(tfsync, ['u32', 1], ['u32', 0]);
    expect(flushes()).toBe(1);
  });

  it('is opened by one at a time, and never made anew', async () => {
    const { client } = await connect();
    await client.walk(0, 2, 'disk', 'data');
    const created = client.open(2, readWrite | create);
    await expect(created).rejects.toEqual(failing(30));
    await client.open(1, readWrite);
    const again = () => client.open(2);
    await expect(again()).rejects.toEqual(failing(16));
    await client.clunk(1);
    await again();
  });

  it('does not let its directory be written', async () => {
    const { client } = await connect();
    await client.walk(0, 2, 'disk');
    const opened = client.open(2, 1);
    await expect(opened).rejects.toEqual(failing(30));
  });

  it('refuses writes beyond its end', async () => {
    const { client } = await connect();
    await client.open(1, readWrite);
    const write = client.send(twrite, ['u32', 1], ['u64', 1024 * 1024], ['u32', 1], ['u8', 1]);
    await expect(write).rejects.toEqual(failing(5));
  });
});
