/** A container as log drivers see it, for tests. */
import { parseDigest } from '../../image/digest.ts';
import type { LoggedContainer } from './log-attributes.ts';

export function logged(parts: Partial<LoggedContainer> = {}): LoggedContainer {
  return {
    id: 'c0ffee'.padEnd(64, '0'),
    name: 'web',
    createdMs: 0,
    config: {},
    hostConfig: {},
    args: ['echo', 'hi'],
    imageId: parseDigest(`sha256:${'ab'.repeat(32)}`),
    ...parts,
  };
}
