import { expect, test, vi } from 'vitest';
import { digestOf } from '../../image/hash.ts';
import { decodeVerified } from './machine-blobs.ts';
import { storedZstd } from './machine-tree.fixture.ts';

test('decompresses a file without making text of its bytes', async () => {
  const content = crypto.getRandomValues(new Uint8Array(40_000));
  const hex = (await digestOf(content)).slice('sha256:'.length);
  const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as { join: () => string };
  const join = vi.spyOn(typedArray, 'join');
  const bytes = await decodeVerified(storedZstd(content), { hex, sizeBytesMax: content.length });
  expect(join).not.toHaveBeenCalled();
  join.mockRestore();
  expect(bytes).toEqual(content);
});
