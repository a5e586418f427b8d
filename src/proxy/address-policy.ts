/**
 * Which addresses the proxy may connect to: those of the public Internet. Everything a request could reach inside
 * (loopback, private networks, link-local with the clouds' metadata, translations of those into IPv6) is refused.
 * The ranges are those of https://www.iana.org/assignments/iana-ipv4-special-registry and its IPv6 sister.
 */
import { BlockList, isIP } from 'node:net';

const special = new BlockList();

for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  special.addSubnet(network, prefix, 'ipv4');
}

/** Global unicast; all of IPv6 outside it is special. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

for (const [network, prefix] of [
  // Teredo, ORCHID, benchmarking and the like.
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4 carries any IPv4 address.
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  special.addSubnet(network, prefix, 'ipv6');
}

/** Whether `address`, an IP literal without brackets, is on the public Internet. False for anything else. */
export function isPublicAddress(address: string): boolean {
  // A zone makes it link-local.
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 4) return !special.check(address, 'ipv4');
  if (version !== 6) return false;
  // IPv4-mapped (::ffff:0:0/96) and NAT64 (64:ff9b::/96) are outside 2000::/3.
  return globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
}
