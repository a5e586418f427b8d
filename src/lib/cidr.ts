/** IP addresses and prefixes as numbers. */

export interface Prefix {
  readonly address: bigint;
  readonly bits: 32 | 128;
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
export function parseAddress(
  text: string,
): { readonly address: bigint; readonly bits: 32 | 128 } | undefined {
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
export function prefixContains(
  prefix: Prefix,
  { address, bits }: { readonly address: bigint; readonly bits: 32 | 128 },
): boolean {
  const shift = BigInt(prefix.bits - prefix.length);
  return bits === prefix.bits && address >> shift === prefix.address >> shift;
}

function parseIpv4(text: string): { readonly address: bigint; readonly bits: 32 } | undefined {
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
