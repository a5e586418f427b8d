/**
 * The chainID names a stack of layers, as
 * https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid defines it.
 */
import type { Digest } from './digest.ts';
import { digestOf } from './hash.ts';

/** The chainID of layers listed bottom first; undefined for no layer at all. */
export async function chainId(diffIds: readonly Digest[]): Promise<Digest | undefined> {
  let chain: Digest | undefined;
  for (const diffId of diffIds) {
    chain =
      chain === undefined ? diffId : await digestOf(new TextEncoder().encode(`${chain} ${diffId}`));
  }
  return chain;
}
