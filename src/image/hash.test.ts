import { createHash } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';

const large = new Uint8Array(200_000).map((_byte, index) => index * 7);
const parts = [large.subarray(0, 70_000), large.subarray(70_000)];

const withoutModules = { ...process, getBuiltinModule: undefined };

const expected = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** The module as it finds itself on another platform. */
async function loadOn(globals: Record<string, unknown>): Promise<typeof import('./hash.ts')> {
  vi.resetModules();
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  return import('./hash.ts');
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([
  ['in Node', {}],
  ['in a browser', { process: withoutModules }],
  ['on a page that is not secure', { process: withoutModules, crypto: {} }],
])('%s, the digest is that of the bytes, whole and in parts', async (_name, globals) => {
  const { createHasher, digestOf } = await loadOn(globals);
  expect(await digestOf(large)).toBe(expected(large));
  expect(await digestOf(large.subarray(0, 9))).toBe(expected(large.subarray(0, 9)));
  const hasher = await createHasher();
  for (const part of parts) hasher.update(part);
  expect(hasher.digest()).toBe(expected(large));
});
