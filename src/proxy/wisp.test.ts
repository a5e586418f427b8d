/** Client and server of WISP against each other, without sockets. */
import { describe, expect, it } from 'vitest';
import type { Egress, EgressTarget } from '../egress/egress.ts';
import { WispClient, type WispSocketEvents } from '../egress/wisp-client.ts';
import { flowProtocol, parsePacket } from '../egress/wisp-wire.ts';
import type { Duplex } from '../lib/duplex.ts';
import { KindError } from '../lib/errors.ts';
import { WispServer } from './wisp-server.ts';

/** A way out whose connections a test makes. */
function scene(connect: (target: EgressTarget) => Promise<Duplex>, protocol = flowProtocol) {
  const egress: Egress = {
    connect,
    openDatagrams: connect,
    resolve: async (query) => Uint8Array.from(query).reverse(),
    dispose: () => undefined,
  };
  let events: WispSocketEvents | undefined;
  const client = new WispClient(async (own) => {
    events = own;
    const server = new WispServer({
      egress,
      isFlowing: protocol === flowProtocol,
      send: (message) => Promise.resolve().then(() => own.onMessage(message.slice())),
    });
    return {
      protocol,
      send: (message) => queueMicrotask(() => server.take(message.slice())),
      close: () => server.dispose(),
    };
  });
  return { client, close: () => events?.onClose('test') };
}

const echo = async (): Promise<Duplex> => new TransformStream<Uint8Array, Uint8Array>();

async function read(readable: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const response = new Response(readable as ReadableStream<Uint8Array<ArrayBuffer>>);
  return new Uint8Array(await response.arrayBuffer());
}

describe('WispClient and WispServer', () => {
  it('carry bytes both ways, and the end of each half', async () => {
    const { client } = scene(echo);
    const { readable, writable } = await client.connect({ host: 'a', port: 1 });
    const bytes = Uint8Array.from({ length: 1_000_000 }, (_, at) => (at * 7) & 0xff);
    const reading = read(readable);
    const writer = writable.getWriter();
    await writer.write(bytes);
    await writer.close();
    expect(Buffer.compare(await reading, bytes)).toBe(0);
  });

  it('carry datagrams whole, empty ones too, and tell why they end', async () => {
    for (const protocol of [flowProtocol, '']) {
      let refuse: (error: Error) => void = () => undefined;
      const flow = async (): Promise<Duplex> => ({
        writable: new WritableStream(),
        readable: new ReadableStream({
          start(controller) {
            for (const size of [3, 0, 60_000]) controller.enqueue(new Uint8Array(size));
            refuse = (error) => controller.error(error);
          },
        }),
      });
      const { client } = scene(flow, protocol);
      const { readable, writable } = await client.openDatagrams({ host: 'a', port: 1 });
      const writer = writable.getWriter();
      await writer.write(new Uint8Array(60_000));
      const reader = readable.getReader();
      for (const size of [3, 0, 60_000]) expect((await reader.read()).value).toHaveLength(size);
      refuse(new KindError('unavailable', 'Connection refused'));
      await expect(reader.read()).rejects.toThrow('Connection refused');
    }
  });

  it('hold a sender up whose reader does not read', async () => {
    let produced = 0;
    const source = (): Duplex => ({
      readable: new ReadableStream(
        {
          pull(controller) {
            produced += 16_384;
            controller.enqueue(new Uint8Array(16_384));
          },
        },
        { highWaterMark: 0 },
      ),
      writable: new WritableStream(),
    });
    const { client } = scene(async () => source());
    const { readable } = await client.connect({ host: 'a', port: 1 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = produced;
    expect(before).toBeLessThanOrEqual(18 * 16_384);
    const reader = readable.getReader();
    for (let count = 0; count < 40; count++) await reader.read();
    expect(produced).toBeGreaterThan(before);
    expect(produced).toBeLessThan(70 * 16_384);
    await reader.cancel();
  });

  it('hold a writer up whose peer does not read', async () => {
    const stuck = (): Duplex => ({
      readable: new ReadableStream(),
      writable: new WritableStream({ write: () => new Promise(() => undefined) }),
    });
    const { client } = scene(async () => stuck());
    const { writable } = await client.connect({ host: 'a', port: 1 });
    let isDone = false;
    const writing = writable.getWriter().write(new Uint8Array(4_000_000));
    writing.then(
      () => (isDone = true),
      () => undefined,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isDone).toBe(false);
    client.dispose();
  });

  it('tell why a connection is refused', async () => {
    const { client } = scene(async () => {
      throw new KindError('forbidden', 'no');
    });
    await expect(client.connect({ host: 'a', port: 1 })).rejects.toMatchObject({
      kind: 'forbidden',
    });
  });

  it('answer name queries', async () => {
    const { client } = scene(echo);
    expect(await client.resolve(Uint8Array.of(1, 2, 3))).toEqual(Uint8Array.of(3, 2, 1));
  });

  it('end everything when the socket is gone, and open another for the next', async () => {
    const { client, close } = scene(echo);
    const { readable } = await client.connect({ host: 'a', port: 1 });
    const reading = readable.getReader().read();
    close();
    await expect(reading).rejects.toMatchObject({ kind: 'unavailable' });
    await client.connect({ host: 'a', port: 1 });
  });

  it('speak plain version 1 with a client that knows no more', async () => {
    const { client } = scene(async () => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      void writer.write(Uint8Array.of(1)).then(() => writer.close());
      return { readable, writable: new WritableStream() };
    }, '');
    const { readable } = await client.connect({ host: 'a', port: 1 });
    expect(await read(readable)).toEqual(Uint8Array.of(1));
  });
});

describe('parsePacket()', () => {
  it('takes nothing that is cut off or too long for one', () => {
    for (const bytes of [
      [],
      [1, 0, 0, 0],
      [1, 1, 0, 0, 0, 1, 80, 0],
      [3, 1, 0, 0, 0, 1],
      [4, 1, 0, 0, 0],
      [9, 1, 0, 0, 0, 0],
    ])
      expect(parsePacket(Uint8Array.from(bytes))).toBeUndefined();
  });
});
