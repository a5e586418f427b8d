/** Netlink messages and their attributes (linux/netlink.h), as a machine of little endian byte order has them. */

import { joinBytes } from '../../lib/join-bytes.ts';

/** An attribute holds others. */
const nestedFlag = 0x8000;
const headerSize = 4;
const encoder = new TextEncoder();

/** One attribute, padded to four bytes. */
export function attribute(type: number, value: Uint8Array): Uint8Array {
  const length = headerSize + value.length;
  const bytes = new Uint8Array(align(length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, length, true);
  view.setUint16(2, type, true);
  bytes.set(value, headerSize);
  return bytes;
}

/** Text ends with a zero byte. */
export function textAttribute(type: number, text: string): Uint8Array {
  return attribute(type, encoder.encode(`${text}\0`));
}

/** Numbers of nftables are big endian, four bytes each. */
export function numberAttribute(type: number, value: number): Uint8Array {
  return attribute(type, bigEndian(value, 4));
}

export function nested(type: number, ...attributes: readonly Uint8Array[]): Uint8Array {
  return attribute(type | nestedFlag, joinBytes(attributes));
}

/** One message: its header (nlmsghdr) and what follows. */
export function netlinkMessage(
  { type, flags, sequence }: { type: number; flags: number; sequence: number },
  ...parts: readonly Uint8Array[]
): Uint8Array {
  const messageHeaderSize = 16;
  const body = joinBytes(parts);
  const bytes = new Uint8Array(messageHeaderSize + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, sequence, true);
  bytes.set(body, messageHeaderSize);
  return bytes;
}

/** A number of at most four bytes, as networks and nftables order them. */
export function bigEndian(value: number, size: 1 | 2 | 4): Uint8Array {
  return Uint8Array.from({ length: size }, (_byte, index) => value >>> (8 * (size - 1 - index)));
}

/** A number as the processor has it in memory. */
export function hostOrder(value: number): Uint8Array {
  return bigEndian(value, 4).reverse();
}

function align(size: number): number {
  return (size + 3) & ~3;
}
