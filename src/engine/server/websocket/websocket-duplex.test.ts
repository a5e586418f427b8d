import { describe, expect, test } from 'vitest';
import { acceptWebSocket, webSocketDuplex } from './websocket-duplex.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A masked frame, as a client sends it. */
function clientFrame(opcode: number, payload: Uint8Array): Uint8Array {
  const mask = [1, 2, 3, 4];
  const header = [0x80 | opcode, 0x80 | payload.length, ...mask];
  return Uint8Array.from([...header, ...payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))]);
}

/** A stream that gives back its input in capitals, behind a WebSocket. */
function capitals() {
  const stream = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) =>
      controller.enqueue(text(new TextDecoder().decode(chunk).toUpperCase())),
  });
  const { readable, writable } = webSocketDuplex(stream);
  return { reader: readable.getReader(), writer: writable.getWriter() };
}

describe('acceptWebSocket()', () => {
  const handshake: Record<string, string> = {
    upgrade: 'websocket',
    connection: 'keep-alive, Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };

  test('answers the key as RFC 6455 section 1.3 shows', async () => {
    const headers = await acceptWebSocket((name) => handshake[name]);
    expect(headers['sec-websocket-accept']).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });

  test.each(['upgrade', 'connection', 'sec-websocket-version', 'sec-websocket-key'])(
    'refuses a handshake without %s',
    async (missing) => {
      const header = (name: string) => (name === missing ? undefined : handshake[name]);
      await expect(acceptWebSocket(header)).rejects.toMatchObject({ kind: 'invalidParameter' });
    },
  );
});

describe('webSocketDuplex()', () => {
  test('carries bytes in binary frames, whatever pieces the input comes in', async () => {
    const { reader, writer } = capitals();
    for (const byte of [...clientFrame(1, text('ab')), ...clientFrame(2, text('c'))])
      void writer.write(Uint8Array.of(byte));
    const frames = [(await reader.read()).value, (await reader.read()).value];
    expect(frames[0]).toEqual(Uint8Array.from([0x82, 1, ...text('A')]));
    expect(frames[1]).toEqual(Uint8Array.from([0x82, 1, ...text('B')]));
  });

  test('answers a ping, and a close by a close', async () => {
    const { reader, writer } = capitals();
    void writer.write(clientFrame(9, text('hi')));
    expect((await reader.read()).value).toEqual(Uint8Array.from([0x8a, 2, ...text('hi')]));
    void writer.write(clientFrame(8, new Uint8Array()));
    expect((await reader.read()).value).toEqual(Uint8Array.of(0x88, 2, 0x03, 0xe8));
    expect((await reader.read()).done).toBe(true);
  });

  test.each([
    ['is not masked', Uint8Array.of(0x82, 1, 65)],
    ['has reserved bits', Uint8Array.of(0xc2, 0x81, 0, 0, 0, 0, 65)],
    ['is a long ping', clientFrame(9, new Uint8Array(126))],
  ])('closes with 1002 when a frame %s', async (_why, frame) => {
    const { reader, writer } = capitals();
    void writer.write(frame);
    expect((await reader.read()).value).toEqual(Uint8Array.of(0x88, 2, 0x03, 0xea));
  });
});
