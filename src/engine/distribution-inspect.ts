/** `GET /distribution/{name}/json`. */
import type { DistributionInspect } from '../api/image.ts';
import { isDigest } from '../image/digest.ts';
import { parseReference, withDefaultTag } from '../image/reference.ts';
import { KindError } from '../lib/errors.ts';
import type { Daemon } from './daemon.ts';
import type { RegistryRequest } from './registry-access.ts';

export async function distributionInspect(
  daemon: Daemon,
  name: string,
  options: RegistryRequest,
): Promise<DistributionInspect> {
  if (isDigest(name) || /^[0-9a-f]{64}$/.test(name))
    throw new KindError('system', 'no manifest found for full image ID');
  return daemon.registry.distribution(withDefaultTag(parseReference(name)), options);
}
