/** MAC addresses of endpoints: as dockerd 20.10, made of the IPv4 address, so that neighbours' caches stay true. */
import { parseAddress, addressBytes } from '../lib/cidr.ts';
import { hexOf } from '../lib/hex.ts';

/** Locally administered, and known as Docker's. */
const prefix = [0x02, 0x42];

/** Of an IPv4 address; random when there is none. */
export function macAddressOf(
  ipv4: string | undefined,
  random: (count: number) => Uint8Array,
): string {
  const address = ipv4 === undefined ? undefined : parseAddress(ipv4);
  const tail = address === undefined ? random(4) : addressBytes(address);
  return formatMac([...prefix, ...tail]);
}

export function formatMac(bytes: Iterable<number>): string {
  return hexOf(bytes, ':');
}
