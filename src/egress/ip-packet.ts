/**
 * The IPv4 packets of the gateway's UDP card, as Ethernet frames: those of UDP are read (RFC 768), and answers and
 * ICMP's refusals (RFC 792) are written. The card has no neighbours, so that an answer carries the addresses of the
 * frame it answers.
 */
import { addressBytes, formatAddress, parseAddress } from '../lib/cidr.ts';

export interface UdpAddress {
  readonly host: string;
  readonly port: number;
}

export interface UdpPacket {
  readonly source: UdpAddress;
  readonly target: UdpAddress;
  readonly payload: Uint8Array;
  /** One of several pieces: the payload is not all there is. */
  readonly isFragment: boolean;
}

/** Codes of ICMP's "destination unreachable", and what a Linux program sees. */
export const unreachable = {
  /** EHOSTUNREACH */
  host: 1,
  /** ECONNREFUSED */
  port: 3,
  /** EMSGSIZE */
  tooLarge: 4,
  /** EHOSTUNREACH */
  prohibited: 13,
} as const;
export type UnreachableCode = (typeof unreachable)[keyof typeof unreachable];

/** Of the card: what fits into a frame of the agent's (`ETHERNET_SIZE_MAX`). */
export const mtuBytes = 9000;

const ethernetBytes = 14;
const etherTypeIpv4 = 0x0800;
const ipBytes = 20;
const udpBytes = 8;
const icmpBytes = 8;
const protocolIcmp = 1;
const protocolUdp = 17;
const moreFragments = 0x2000;
const fragmentOffsetMask = 0x1fff;
const timeToLive = 64;
const unreachableType = 3;
/** How much of a refused packet the refusal quotes: RFC 1812 wants no longer packets than 576. */
const quotedBytesMax = 548;

/** Undefined for what is no UDP over IPv4, or a later piece of it. */
export function parseUdpFrame(frame: Uint8Array): UdpPacket | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < ethernetBytes + ipBytes + udpBytes) return undefined;
  if (view.getUint16(12) !== etherTypeIpv4) return undefined;
  const headerBytes = (view.getUint8(ethernetBytes) & 15) * 4;
  const end = ethernetBytes + view.getUint16(ethernetBytes + 2);
  const at = ethernetBytes + headerBytes;
  const isUdp =
    view.getUint8(ethernetBytes) >> 4 === 4 && view.getUint8(ethernetBytes + 9) === protocolUdp;
  if (!isUdp || headerBytes < ipBytes || end > frame.length || at + udpBytes > end)
    return undefined;
  const fragment = view.getUint16(ethernetBytes + 6);
  if ((fragment & fragmentOffsetMask) !== 0) return undefined;
  const isFragment = (fragment & moreFragments) !== 0;
  const payloadEnd = isFragment ? end : at + view.getUint16(at + 4);
  if (payloadEnd < at + udpBytes || payloadEnd > end) return undefined;
  return {
    source: { host: addressAt(view, ethernetBytes + 12), port: view.getUint16(at) },
    target: { host: addressAt(view, ethernetBytes + 16), port: view.getUint16(at + 2) },
    payload: frame.subarray(at + udpBytes, payloadEnd),
    isFragment,
  };
}

/** What the target of `asked` says to its source, in as many pieces as it takes. `identification`: of 16 bits. */
export function answerFrames(
  asked: Uint8Array,
  payload: Uint8Array,
  identification: number,
): Uint8Array[] {
  const packet = parseUdpFrame(asked);
  if (packet === undefined) return [];
  const { source, target } = packet;
  const udp = new Uint8Array(udpBytes + payload.length);
  const view = new DataView(udp.buffer);
  view.setUint16(0, target.port);
  view.setUint16(2, source.port);
  view.setUint16(4, udp.length);
  udp.set(payload, udpBytes);
  const pseudo = new Uint8Array(12);
  pseudo.set(bytesOf(target.host));
  pseudo.set(bytesOf(source.host), 4);
  pseudo.set([0, protocolUdp, udp.length >> 8, udp.length & 255], 8);
  // 0 would mean that there is none.
  view.setUint16(6, checksum([pseudo, udp]) || 0xffff);
  const pieceBytesMax = (mtuBytes - ipBytes) & ~7;
  const frames: Uint8Array[] = [];
  for (let at = 0; at < udp.length; at += pieceBytesMax) {
    const more = at + pieceBytesMax < udp.length ? moreFragments : 0;
    const body = udp.subarray(at, at + pieceBytesMax);
    frames.push(
      frameOf(asked, {
        from: target.host,
        to: source.host,
        protocol: protocolUdp,
        identification,
        fragment: more | (at >> 3),
        body,
      }),
    );
  }
  return frames;
}

/**
 * The refusal of a UDP frame, as if its destination had sent it: the kernel between takes none from an address that
 * is its own.
 */
export function unreachableFrame(refused: Uint8Array, code: UnreachableCode): Uint8Array {
  const packet = refused.subarray(ethernetBytes, ethernetBytes + quotedBytesMax);
  const body = new Uint8Array(icmpBytes + packet.length);
  const view = new DataView(body.buffer);
  view.setUint8(0, unreachableType);
  view.setUint8(1, code);
  if (code === unreachable.tooLarge) view.setUint16(6, mtuBytes);
  body.set(packet, icmpBytes);
  view.setUint16(2, checksum([body]));
  const asked = new DataView(refused.buffer, refused.byteOffset, refused.byteLength);
  const from = addressAt(asked, ethernetBytes + 16);
  const to = addressAt(asked, ethernetBytes + 12);
  return frameOf(refused, {
    from,
    to,
    protocol: protocolIcmp,
    identification: 0,
    fragment: 0,
    body,
  });
}

interface Ipv4Packet {
  readonly from: string;
  readonly to: string;
  readonly protocol: number;
  readonly identification: number;
  /** Flags and offset. */
  readonly fragment: number;
  readonly body: Uint8Array;
}

function frameOf(asked: Uint8Array, packet: Ipv4Packet): Uint8Array {
  const frame = new Uint8Array(ethernetBytes + ipBytes + packet.body.length);
  frame.set(asked.subarray(6, 12));
  frame.set(asked.subarray(0, 6), 6);
  const view = new DataView(frame.buffer);
  view.setUint16(12, etherTypeIpv4);
  const header = new DataView(frame.buffer, ethernetBytes, ipBytes);
  header.setUint8(0, 0x45);
  header.setUint16(2, ipBytes + packet.body.length);
  header.setUint16(4, packet.identification);
  header.setUint16(6, packet.fragment);
  header.setUint8(8, timeToLive);
  header.setUint8(9, packet.protocol);
  frame.set(bytesOf(packet.from), ethernetBytes + 12);
  frame.set(bytesOf(packet.to), ethernetBytes + 16);
  header.setUint16(10, checksum([frame.subarray(ethernetBytes, ethernetBytes + ipBytes)]));
  frame.set(packet.body, ethernetBytes + ipBytes);
  return frame;
}

/** RFC 1071's, over parts of which all but the last have an even length. */
export function checksum(parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts)
    for (let at = 0; at < part.length; at += 2) sum += ((part[at] ?? 0) << 8) | (part[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

function addressAt(view: DataView, at: number): string {
  return formatAddress({ address: BigInt(view.getUint32(at)), bits: 32 });
}

function bytesOf(host: string): Uint8Array {
  const address = parseAddress(host);
  if (address === undefined) throw new TypeError(`"${host}" is no address`);
  return addressBytes(address);
}
