import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress, addressBytes } from '../lib/cidr.ts';
import type { Duplex } from '../lib/duplex.ts';
import { KindError } from '../lib/errors.ts';
import type { Egress, EgressTarget } from './egress.ts';
import { checksum, parseUdpFrame } from './ip-packet.ts';
import { flowsMax, UdpRelay } from './udp-relay.ts';

const machine = '10.0.2.15';

/** What the machine's kernel would route to the card. */
function frameTo(target: EgressTarget, payload: Uint8Array, { port = 4000, flags = 0 } = {}) {
  const frame = new Uint8Array(14 + 20 + 8 + payload.length);
  const view = new DataView(frame.buffer);
  frame.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 1, 8, 0]);
  view.setUint8(14, 0x45);
  view.setUint16(16, 28 + payload.length);
  view.setUint16(20, flags);
  view.setUint8(23, 17);
  for (const [at, host] of [
    [26, machine],
    [30, target.host],
  ] as const) {
    // prettier-ignore
    const address = parseAddress(host);
    if (address !== undefined) frame.set(addressBytes(address), at);
  }
  view.setUint16(34, port);
  view.setUint16(36, target.port);
  view.setUint16(38, 8 + payload.length);
  frame.set(payload, 42);
  return frame;
}

/** A relay whose way out a test makes; `sent` is what the machine gets. */
function scene(openDatagrams: Egress['openDatagrams']) {
  const sent: Uint8Array[] = [];
  let waiting: () => void = () => undefined;
  const frames = new TransformStream<Uint8Array, Uint8Array>();
  const writer = frames.writable.getWriter();
  const relay = new UdpRelay(
    {
      readable: frames.readable,
      send: async (frame) => {
        sent.push(frame);
        waiting();
      },
    },
    {
      openDatagrams,
      connect: () => Promise.reject(new Error('no')),
      resolve: () => Promise.reject(new Error('no')),
      dispose: () => undefined,
    },
  );
  const next = async (): Promise<Uint8Array> => {
    if (sent.length === 0) await new Promise<void>((resolve) => (waiting = resolve));
    return sent.shift() ?? new Uint8Array();
  };
  return { relay, next, receive: (frame: Uint8Array) => writer.write(frame) };
}

const echo = async (): Promise<Duplex> => new TransformStream<Uint8Array, Uint8Array>();
const server = { host: '1.2.3.4', port: 123 };

/** Type and code of a refusal, and to whom. */
function refusalOf(frame: Uint8Array) {
  const view = new DataView(frame.buffer, frame.byteOffset);
  expect(view.getUint8(23)).toBe(1);
  expect(checksum([frame.subarray(14, 34)])).toBe(0);
  expect(checksum([frame.subarray(34)])).toBe(0);
  const to = formatAddress({ address: BigInt(view.getUint32(30)), bits: 32 });
  return { type: view.getUint8(34), code: view.getUint8(35), to };
}

describe('UdpRelay', () => {
  it('carries datagrams to where they were meant to go, and answers back', async () => {
    const targets: EgressTarget[] = [];
    const { relay, next, receive } = scene((target) => {
      targets.push(target);
      return echo();
    });
    for (const text of ['one', 'two', '']) {
      const payload = new TextEncoder().encode(text);
      await receive(frameTo(server, payload));
      const answer = await next();
      expect(checksum([answer.subarray(14, 34)])).toBe(0);
      expect(parseUdpFrame(answer)).toEqual({
        source: server,
        target: { host: machine, port: 4000 },
        payload,
        isFragment: false,
      });
    }
    expect(targets).toEqual([server]);
    expect(relay.flowCount).toBe(1);
    relay.dispose();
    expect(relay.flowCount).toBe(0);
  });

  it('gives an answer that is larger than the card takes in pieces', async () => {
    const { next, receive } = scene(async () => ({
      writable: new WritableStream(),
      readable: new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(20_000).fill(7)) }),
    }));
    await receive(frameTo(server, new Uint8Array()));
    const pieces = [await next(), await next(), await next()].map((frame) => ({
      field: new DataView(frame.buffer).getUint16(20),
      bytes: frame.length - 34,
    }));
    expect(pieces).toEqual([
      { field: 0x2000, bytes: 8976 },
      { field: 0x2000 | (8976 / 8), bytes: 8976 },
      { field: (2 * 8976) / 8, bytes: 20_008 - 2 * 8976 },
    ]);
  });

  it.each([
    ['prohibited', new KindError('forbidden', 'Connection is not allowed by the gateway'), 13],
    ['too many', new KindError('resourceExhausted', 'Gateway has enough connections'), 13],
    ['refused', new KindError('unavailable', 'Connection refused'), 3],
    ['out of reach', new KindError('unavailable', 'No route to host'), 1],
  ])('tells at once what is %s', async (_, error, code) => {
    const { relay, next, receive } = scene(() => Promise.reject(error));
    await receive(frameTo(server, Uint8Array.of(1)));
    expect(refusalOf(await next())).toEqual({ type: 3, code, to: machine });
    expect(relay.flowCount).toBe(0);
  });

  it('tells of a port that turns out to be closed, and not of a flow that was silent', async () => {
    const ends = ['Connection refused', 'Connection timed out'];
    const { relay, next, receive } = scene(async () => ({
      writable: new WritableStream(),
      readable: new ReadableStream({
        start: (c) => c.error(new KindError('unavailable', ends.shift() ?? '')),
      }),
    }));
    await receive(frameTo(server, Uint8Array.of(1)));
    expect(refusalOf(await next())).toEqual({ type: 3, code: 3, to: machine });
    await receive(frameTo(server, Uint8Array.of(1), { port: 4001 }));
    await receive(frameTo(server, Uint8Array.of(1), { flags: 0x2000 }));
    // What comes next is the piece's: larger than the card takes.
    expect(refusalOf(await next())).toEqual({ type: 3, code: 4, to: machine });
    expect(relay.flowCount).toBe(0);
  });

  it('takes what is no UDP over IPv4 for nothing, and keeps so many flows and no more', async () => {
    const { relay, receive } = scene(echo);
    const good = frameTo(server, Uint8Array.of(1));
    for (const [at, value] of [
      [12, 0x86],
      [14, 0x65],
      [14, 0x41],
      [17, 255],
      [23, 6],
      [39, 200],
      [21, 4],
    ] as const) {
      // prettier-ignore
      const bad = good.slice();
      bad[at] = value;
      await receive(bad);
    }
    for (let size = 0; size < good.length - 1; size++) await receive(good.slice(0, size));
    expect(relay.flowCount).toBe(0);
    for (let port = 1; port <= flowsMax + 10; port++)
      await receive(frameTo(server, Uint8Array.of(1), { port }));
    expect(relay.flowCount).toBe(flowsMax);
  });
});
