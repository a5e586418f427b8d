/** Subnets, gateways and ranges of a new network: what was asked for, and what dockerd chooses for the rest. */
import type { Ipam } from '../api/network.ts';
import { overlaps, parsePrefix } from '../lib/cidr.ts';
import { KindError } from '../lib/errors.ts';
import { AddressPool } from './address-pool.ts';
import { nextDefaultSubnet, randomIpv6Subnet } from './default-pools.ts';
import type { NetworkPool } from './model.ts';

export interface PoolRequest {
  readonly ipam: Ipam;
  readonly enableIPv4: boolean;
  readonly enableIPv6: boolean;
  /** Every subnet that another network or the machine has. */
  readonly used: readonly string[];
  readonly random: (count: number) => Uint8Array;
}

/** The configuration was checked before. IPv4 first. */
export function makePools(request: PoolRequest): NetworkPool[] {
  const asked = (request.ipam.Config ?? []).map((config) => ({
    subnet: config.Subnet ?? '',
    gateway: config.Gateway ?? '',
    ...(config.IPRange ? { range: config.IPRange } : {}),
    auxiliary: config.AuxiliaryAddresses ?? {},
  }));
  const isV6 = ({ subnet }: { readonly subnet: string }): boolean => subnet.includes(':');
  const v4 = asked.filter((pool) => !isV6(pool));
  const v6 = asked.filter(isV6);
  const none = { gateway: '', auxiliary: {} };
  if (request.enableIPv4 && v4.length === 0)
    v4.push({ ...none, subnet: nextDefaultSubnet(request.used) });
  if (request.enableIPv6 && v6.length === 0)
    v6.push({ ...none, subnet: randomIpv6Subnet(request.random) });
  const pools = [...(request.enableIPv4 ? v4 : []), ...(request.enableIPv6 ? v6 : [])];
  checkOverlap(pools, request.used);
  return pools.map((pool) => ({ ...pool, gateway: pool.gateway || firstAddress(pool) }));
}

function checkOverlap(
  pools: readonly { readonly subnet: string }[],
  used: readonly string[],
): void {
  const taken = [...used];
  for (const { subnet } of pools) {
    const prefix = parsePrefix(subnet);
    const isTaken = taken.some((other) => {
      const known = parsePrefix(other);
      return known !== undefined && prefix !== undefined && overlaps(known, prefix);
    });
    if (isTaken) {
      const message = 'invalid pool request: Pool overlaps with other one on this address space';
      throw new KindError('forbidden', message);
    }
    taken.push(subnet);
  }
}

/** A gateway that nobody named is the first address, of the range when there is one. */
function firstAddress(pool: Omit<NetworkPool, 'gateway'>): string {
  const address = new AddressPool(pool).takeNext();
  if (address === undefined)
    throw new KindError('system', 'failed to allocate gateway (): no available addresses');
  return address;
}
