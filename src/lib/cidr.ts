/** IP addresses and prefixes as numbers. */

export interface Address {
  readonly address: bigint;
  readonly bits: 32 | 128;
}

export interface Prefix extends Address {
  readonly length: number;
}

/** `10.0.0.0/8`, `fd00::/8`; undefined when it is none. */
export function parsePrefix(text: string): Prefix | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const parsed = parseAddress(match?.[1] ?? '');
  const length = Number(match?.[2]);
  if (parsed === undefined || length > parsed.bits) return undefined;
  return { ...parsed, length };
}

/** Undefined when it is no address. */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) return parseIpv4(text);
  const [head = '', tail, ...rest] = text.split('::');
  if (rest.length > 0) return undefined;
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...before, ...Array.from({ length: missing }, () => 0), ...after];
  const address = all.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
  return { address, bits: 128 };
}

/** Whether the address lies in the prefix. */
export function prefixContains(prefix: Prefix, { address, bits }: Address): boolean {
  const shift = BigInt(prefix.bits - prefix.length);
  return bits === prefix.bits && address >> shift === prefix.address >> shift;
}

/** As Go prints it: the longest row of two or more zero groups becomes `::`. */
export function formatAddress({ address, bits }: Address): string {
  if (bits === 32)
    return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 255n)).join('.');
  const all = Array.from({ length: 8 }, (_, index) =>
    Number((address >> BigInt(112 - 16 * index)) & 0xffffn),
  );
  const rows = [
    ...all
      .map((group) => (group === 0 ? 'z' : 'x'))
      .join('')
      .matchAll(/z{2,}/g),
  ];
  const longest = rows.reduce<RegExpExecArray | undefined>(
    (best, row) => (row[0].length > (best?.[0].length ?? 0) ? row : best),
    undefined,
  );
  const hex = (groupsOf: readonly number[]): string =>
    groupsOf.map((group) => group.toString(16)).join(':');
  if (longest === undefined) return hex(all);
  const end = longest.index + longest[0].length;
  return `${hex(all.slice(0, longest.index))}::${hex(all.slice(end))}`;
}

/** `172.17.0.0/16` */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix)}/${prefix.length}`;
}

/** In network order: 4 bytes, or 16. */
export function addressBytes({ address, bits }: Address): Uint8Array {
  return Uint8Array.from({ length: bits / 8 }, (_, index) =>
    Number((address >> BigInt(bits - 8 - 8 * index)) & 255n),
  );
}

/** The prefix with its host bits zero. */
export function networkOf(prefix: Prefix): Prefix {
  const shift = BigInt(prefix.bits - prefix.length);
  return { ...prefix, address: (prefix.address >> shift) << shift };
}

/** The last address of a prefix: broadcast, for IPv4. */
export function lastAddress(prefix: Prefix): bigint {
  const size = 1n << BigInt(prefix.bits - prefix.length);
  return networkOf(prefix).address + size - 1n;
}

/** Whether two prefixes share an address. */
export function overlaps(a: Prefix, b: Prefix): boolean {
  return prefixContains(a, b) || prefixContains(b, a);
}

function parseIpv4(text: string): Address | undefined {
  const parts = text.split('.');
  const valid = (part: string) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256;
  if (parts.length !== 4 || !parts.every(valid)) return undefined;
  const address = parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
  return { address, bits: 32 };
}

/** Sixteen bits each; the last may be an IPv4 address. */
function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const last = parts.at(-1) ?? '';
  const mapped = last.includes('.') ? parseIpv4(last) : undefined;
  const words = mapped === undefined ? parts : parts.slice(0, -1);
  if (!words.every((word) => /^[0-9a-fA-F]{1,4}$/.test(word))) return undefined;
  const numbers = words.map((word) => Number.parseInt(word, 16));
  if (mapped === undefined) return numbers;
  const { address } = mapped;
  return [...numbers, Number(address >> 16n), Number(address & 0xffffn)];
}
