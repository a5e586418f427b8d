import { expect, test } from 'vitest';
import { joinBytes } from './join-bytes.ts';

test('joinBytes() puts pieces one after the other and leaves a single one as it is', () => {
  expect(joinBytes([])).toEqual(new Uint8Array());
  expect(joinBytes([Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3)])).toEqual(
    Uint8Array.of(1, 2, 3),
  );
  const single = Uint8Array.of(4);
  expect(joinBytes([new Uint8Array(), single])).toBe(single);
});
