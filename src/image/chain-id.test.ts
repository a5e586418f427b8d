import { describe, expect, it } from 'vitest';
import { chainId } from './chain-id.ts';
import { digestOf } from './hash.ts';

describe('chainId()', () => {
  it('is the diffID of one layer, and of more the digest of the chain so far and the next', async () => {
    const a = await digestOf(new TextEncoder().encode('a'));
    const b = await digestOf(new TextEncoder().encode('b'));
    expect(await chainId([])).toBeUndefined();
    expect(await chainId([a])).toBe(a);
    const both = await chainId([a, b]);
    expect(both).toBe(await digestOf(new TextEncoder().encode(`${a} ${b}`)));
    expect(await chainId([a, b, a])).toBe(await digestOf(new TextEncoder().encode(`${both} ${a}`)));
  });
});
