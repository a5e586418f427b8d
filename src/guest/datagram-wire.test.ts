import { describe, expect, it } from 'vitest';
import { encodeDatagram, splitDatagrams } from './datagram-wire.ts';
import type { Datagram } from './sockets.ts';

const datagrams: Datagram[] = [
  { peer: { host: '10.0.2.15', port: 53 }, bytes: Uint8Array.of(1, 2, 3) },
  { peer: { host: 'fd00::2', port: 65535 }, bytes: new Uint8Array() },
];

async function split(chunks: readonly Uint8Array[]): Promise<Datagram[]> {
  const { readable, writable } = splitDatagrams();
  const writer = writable.getWriter();
  const written = (async () => {
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  })();
  const all: Datagram[] = [];
  for await (const datagram of readable) all.push(datagram);
  await written;
  return all;
}

describe('splitDatagrams()', () => {
  const bytes = datagrams.map(encodeDatagram);

  it('gives what encodeDatagram() wrote, in one piece or in single bytes', async () => {
    expect(await split(bytes)).toEqual(datagrams);
    const single = bytes.flatMap((part) => [...part].map((byte) => Uint8Array.of(byte)));
    expect(await split(single)).toEqual(datagrams);
  });
});

describe('encodeDatagram()', () => {
  it('refuses a name and what is too long', () => {
    const peer = { host: 'name.example', port: 1 };
    expect(() => encodeDatagram({ peer, bytes: new Uint8Array() })).toThrow('name.example');
    const long = { peer: { host: '::1', port: 1 }, bytes: new Uint8Array(65_536) };
    expect(() => encodeDatagram(long)).toThrow('Cannot send');
  });
});
