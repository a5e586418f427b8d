/**
 * The packets of the WISP protocol, version 1 (github.com/MercuryWorkshop/wisp-protocol): `u8 type, u32 stream,
 * payload`, little endian, one a WebSocket message. Written here because the one library for it is LGPL, brings a
 * command line and two further dependencies, and its client never tells the server to wait.
 *
 * What version 1 lacks is agreed on by a WebSocket subprotocol (`flowProtocol`), and left out with a server or client
 * that does not know it:
 * - CONTINUE from the client adds to the number of packets that the server may send on a stream, which is
 *   `clientPacketsMax` at first: so a slow reader in the machine holds the sender up, and no memory grows.
 * - An empty DATA packet is the end of one half of a stream.
 */

export const packetType = { connect: 1, data: 2, continue: 3, close: 4 } as const;
export const streamType = { tcp: 1, udp: 2 } as const;
export const closeReason = {
  unknown: 0x01,
  voluntary: 0x02,
  network: 0x03,
  invalid: 0x41,
  unreachable: 0x42,
  timeout: 0x43,
  refused: 0x44,
  idle: 0x47,
  blocked: 0x48,
  throttled: 0x49,
  clientError: 0x81,
} as const;
export type CloseReason = (typeof closeReason)[keyof typeof closeReason];

/** Subprotocols of the WebSocket: the extension above, and the token (base64url) that the gateway may ask for. */
export const flowProtocol = 'wisp.flow.bottleship';
export const tokenProtocolPrefix = 'token.';

/** Bytes of one DATA packet that we send: with `clientPacketsMax` of them a stream fills a path of 256 KiB. */
export const packetDataBytesMax = 16 * 1024;
/** Bytes of one message that we take. */
export const messageBytesMax = 64 * 1024 + 5;
/** Packets that a client of the extension takes without having read any. */
export const clientPacketsMax = 16;

const headerBytes = 5;
const connectBytes = 3;
/** Longest name of DNS. */
const hostBytesMax = 253;

export type WispPacket =
  | {
      readonly type: typeof packetType.connect;
      readonly stream: number;
      readonly kind: number;
      readonly host: string;
      readonly port: number;
    }
  | { readonly type: typeof packetType.data; readonly stream: number; readonly bytes: Uint8Array }
  | { readonly type: typeof packetType.continue; readonly stream: number; readonly packets: number }
  | { readonly type: typeof packetType.close; readonly stream: number; readonly reason: number };

/** Undefined for what is no packet. The bytes of DATA are not copied. */
export function parsePacket(message: Uint8Array): WispPacket | undefined {
  if (message.length < headerBytes) return undefined;
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const stream = view.getUint32(1, true);
  const payload = message.subarray(headerBytes);
  const type = view.getUint8(0);
  if (type === packetType.data) return { type, stream, bytes: payload };
  if (type === packetType.continue && payload.length === 4)
    return { type, stream, packets: view.getUint32(headerBytes, true) };
  if (type === packetType.close && payload.length === 1)
    return { type, stream, reason: view.getUint8(headerBytes) };
  const hostBytes = payload.length - connectBytes;
  if (type !== packetType.connect || hostBytes < 1 || hostBytes > hostBytesMax) return undefined;
  return {
    type,
    stream,
    kind: view.getUint8(headerBytes),
    port: view.getUint16(headerBytes + 1, true),
    host: new TextDecoder().decode(payload.subarray(connectBytes)),
  };
}

export function encodePacket(packet: WispPacket): Uint8Array {
  const payload = payloadOf(packet);
  const message = new Uint8Array(headerBytes + payload.length);
  const view = new DataView(message.buffer);
  view.setUint8(0, packet.type);
  view.setUint32(1, packet.stream, true);
  message.set(payload, headerBytes);
  return message;
}

function payloadOf(packet: WispPacket): Uint8Array {
  switch (packet.type) {
    case packetType.data:
      return packet.bytes;
    case packetType.close:
      return Uint8Array.of(packet.reason);
    case packetType.continue: {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, packet.packets, true);
      return bytes;
    }
    case packetType.connect: {
      const host = new TextEncoder().encode(packet.host);
      const bytes = new Uint8Array(connectBytes + host.length);
      bytes[0] = packet.kind;
      new DataView(bytes.buffer).setUint16(1, packet.port, true);
      bytes.set(host, connectBytes);
      return bytes;
    }
  }
}

/** What a client of ours offers. */
export function wispProtocols(token?: string): string[] {
  if (token === undefined) return [flowProtocol];
  const bytes = String.fromCharCode(...new TextEncoder().encode(token));
  const text = btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  return [flowProtocol, `${tokenProtocolPrefix}${text}`];
}
