/**
 * The chainID names a stack of layers, as
 * https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid defines it.
 */
import type { Digest } from './digest.ts';
import { digestOf } from './hash.ts';

/** The chainID of layers listed bottom first; undefined for no layer at all. */
export async function chainId(diffIds: readonly Digest[]): Promise<Digest | undefined> {
  return (await chainIds(diffIds)).at(-1);
}

/** The chainID of each layer with all those below it, bottom first. */
export async function chainIds(diffIds: readonly Digest[]): Promise<Digest[]> {
  const chains: Digest[] = [];
  for (const diffId of diffIds) {
    const below = chains.at(-1);
    chains.push(
      below === undefined ? diffId : await digestOf(new TextEncoder().encode(`${below} ${diffId}`)),
    );
  }
  return chains;
}
