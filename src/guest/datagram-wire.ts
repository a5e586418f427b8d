/** Datagrams as they lie one after the other on a stream; vm-image/agent/protocol.h explains the layout. */
import { KindError } from '../lib/errors.ts';
import { formatAddress, parseAddress } from '../lib/cidr.ts';
import { limit } from './protocol.ts';
import type { Datagram } from './sockets.ts';
import { MalformedError } from './wire.ts';
import { joinBytes } from '../lib/join-bytes.ts';

/** Rejects `invalidParameter` for what is no address, or too long. */
export function encodeDatagram({ peer, bytes }: Datagram): Uint8Array {
  const parsed = parseAddress(peer.host);
  if (parsed === undefined || bytes.length > limit.datagramSizeMax)
    throw new KindError('invalidParameter', `Cannot send a datagram to "${peer.host}"`);
  const { datagramHeaderSize } = limit;
  const whole = new Uint8Array(datagramHeaderSize + bytes.length);
  const view = new DataView(whole.buffer);
  view.setUint8(0, parsed.bits === 32 ? 4 : 6);
  view.setUint16(1, peer.port, true);
  for (let at = 0; at < parsed.bits / 8; at++)
    view.setUint8(3 + at, Number((parsed.address >> BigInt(parsed.bits - 8 - at * 8)) & 0xffn));
  view.setUint16(19, bytes.length, true);
  whole.set(bytes, datagramHeaderSize);
  return whole;
}

/** Takes the stream's bytes in any pieces and gives whole datagrams. */
export function splitDatagrams(): TransformStream<Uint8Array, Datagram> {
  let rest = new Uint8Array();
  return new TransformStream<Uint8Array, Datagram>({
    transform(chunk, controller) {
      let bytes = rest.length === 0 ? chunk : joinBytes([rest, chunk]);
      for (let size = datagramSize(bytes); size <= bytes.length; size = datagramSize(bytes)) {
        controller.enqueue(decode(bytes.subarray(0, size)));
        bytes = bytes.subarray(size);
      }
      rest = bytes.slice();
    },
    flush() {
      if (rest.length > 0) throw new MalformedError('Datagram is cut off');
    },
  });
}

/** Of the first one, headers included; infinite while that is unknown. */
function datagramSize(bytes: Uint8Array): number {
  if (bytes.length < limit.datagramHeaderSize) return Infinity;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return limit.datagramHeaderSize + view.getUint16(19, true);
}

function decode(bytes: Uint8Array): Datagram {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bits = view.getUint8(0) === 4 ? 32 : 128;
  let address = 0n;
  for (let at = 0; at < bits / 8; at++) address = (address << 8n) | BigInt(view.getUint8(3 + at));
  const host = formatAddress({ address, bits });
  const port = view.getUint16(1, true);
  return { peer: { host, port }, bytes: bytes.slice(limit.datagramHeaderSize) };
}
