/** What every block store holds to, whatever keeps its bytes. */
import { expect, it } from 'vitest';
import type { BlockStore } from '../src/disk/block-store.ts';
import type { DiskImage } from '../src/disk/disk-image.ts';

const mebibyte = 1024 * 1024;

export const smallDisk: DiskImage = {
  sizeBytes: 64 * mebibyte,
  blockSizeBytes: 4096,
  blocks: new Map([
    [0, new Uint8Array(4096).fill(1)],
    [33 * mebibyte, new Uint8Array(4096).fill(2)],
  ]),
};

export interface BlockStoreFixture {
  open(): Promise<BlockStore>;
  /** Whether a store that is opened again has what the last one flushed. */
  readonly lasts: boolean;
}

export function blockStoreCases(create: () => Promise<BlockStoreFixture>): void {
  it('starts as the image, with zeros between', async () => {
    const { open } = await create();
    const store = await open();
    expect(store.sizeBytes).toBe(64 * mebibyte);
    expect(await store.read(4094, 4)).toEqual(Uint8Array.of(1, 1, 0, 0));
    expect(await store.read(33 * mebibyte, 1)).toEqual(Uint8Array.of(2));
    expect(await store.read(64 * mebibyte - 2, 8)).toEqual(Uint8Array.of(0, 0));
    store.dispose();
  });

  it('reads back what was written across chunks, and takes a copy', async () => {
    const { open } = await create();
    const store = await open();
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
    const written = store.write(65_000, bytes);
    const expected = bytes.slice();
    bytes.fill(0);
    await written;
    // Buffers compare at once; toEqual() would look at every byte on its own.
    expect(Buffer.compare(await store.read(65_000, 300_000), expected)).toBe(0);
    expect(await store.read(64_999, 1)).toEqual(Uint8Array.of(0));
    store.dispose();
  });

  it('refuses to grow', async () => {
    const { open } = await create();
    const store = await open();
    const outside = async () => store.write(64 * mebibyte - 1, new Uint8Array(2));
    await expect(outside()).rejects.toMatchObject({ kind: 'invalidParameter' });
    store.dispose();
  });

  it('keeps concurrent writes to one chunk apart', async () => {
    const { open } = await create();
    const first = await open();
    await first.write(0, Uint8Array.of(1, 9, 9, 9));
    await first.flush();
    const store = await open();
    await store.write(1, Uint8Array.of(9));
    await store.write(3, Uint8Array.of(9));
    await Promise.all([store.write(0, Uint8Array.of(5)), store.write(2, Uint8Array.of(7))]);
    expect(await store.read(0, 4)).toEqual(Uint8Array.of(5, 9, 7, 9));
    first.dispose();
    store.dispose();
  });

  it('has what was flushed when it is opened again', async () => {
    const { open, lasts } = await create();
    const first = await open();
    await first.write(10 * mebibyte, Uint8Array.of(1, 2, 3));
    await first.flush();
    first.dispose();
    const again = await open();
    const expected = lasts ? Uint8Array.of(1, 2, 3) : new Uint8Array(3);
    expect(await again.read(10 * mebibyte, 3)).toEqual(expected);
    again.dispose();
  });
}
