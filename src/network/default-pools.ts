/** The subnets that dockerd gives to networks that ask for none: its own list of default-address-pools. */
import { formatPrefix, networkOf, overlaps, parsePrefix, type Prefix } from '../lib/cidr.ts';
import { KindError } from '../lib/errors.ts';

interface PoolBase {
  readonly base: string;
  /** Prefix length of the subnets. */
  readonly size: number;
}

const local: readonly PoolBase[] = [
  ...Array.from({ length: 15 }, (_, index) => ({ base: `172.${17 + index}.0.0/16`, size: 16 })),
  { base: '192.168.0.0/16', size: 20 },
];

/** The first subnet that nobody has. `used` are all subnets there are, the machine's own too. */
export function nextDefaultSubnet(used: readonly string[]): string {
  const taken = used.map(parsePrefix).filter((prefix) => prefix !== undefined);
  for (const { base, size } of local) {
    const whole = parsePrefix(base);
    if (whole === undefined) continue;
    const step = 1n << BigInt(32 - size);
    const end = whole.address + (1n << BigInt(32 - whole.length));
    for (let { address } = whole; address < end; address += step) {
      const candidate: Prefix = { address, bits: 32, length: size };
      if (!taken.some((prefix) => overlaps(prefix, candidate))) return formatPrefix(candidate);
    }
  }
  throw new KindError('invalidParameter', 'all predefined address pools have been fully subnetted');
}

/** A unique local /64, of 40 random bits as RFC 4193 wants it. */
export function randomIpv6Subnet(random: (count: number) => Uint8Array): string {
  const bytes = [0xfd, ...random(5)];
  const address = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) << 80n;
  return formatPrefix(networkOf({ address, bits: 128, length: 64 }));
}
