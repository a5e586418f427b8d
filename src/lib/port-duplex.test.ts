import { expect, test } from 'vitest';
import { errorKind, KindError } from './errors.ts';
import { portDuplex, portWindowBytes } from './port-duplex.ts';

function pair() {
  const { port1, port2 } = new MessageChannel();
  return [portDuplex(port1), portDuplex(port2)] as const;
}

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(
    await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
  );
}

test('portDuplex() carries bytes both ways and ends each half on its own', async () => {
  const [left, right] = pair();
  const writer = left.writable.getWriter();
  await writer.write(new TextEncoder().encode('hello '));
  await writer.write(new TextEncoder().encode('there'));
  await writer.close();
  expect(new TextDecoder().decode(await readAll(right.readable))).toBe('hello there');
  const back = right.writable.getWriter();
  await back.write(Uint8Array.of(1, 2, 3));
  await back.close();
  expect([...(await readAll(left.readable))]).toEqual([1, 2, 3]);
});

test('portDuplex() leaves the writer its buffer', async () => {
  const [left, right] = pair();
  const chunk = Uint8Array.of(7, 8, 9);
  const writer = left.writable.getWriter();
  await writer.write(chunk);
  expect([...chunk]).toEqual([7, 8, 9]);
  left.dispose();
  right.dispose();
});

test('portDuplex() holds a writer back at one window until the reader takes data', async () => {
  const [left, right] = pair();
  const content = new Uint8Array(3 * portWindowBytes).map((_, index) => index % 251);
  const writer = left.writable.getWriter();
  let written = false;
  const done = writer.write(content).then(() => {
    written = true;
  });
  await settled();
  expect(written).toBe(false);
  const received = readAll(right.readable);
  await done;
  await writer.close();
  const copy = await received;
  expect(copy.byteLength).toBe(content.byteLength);
  expect(copy.every((byte, index) => byte === content[index])).toBe(true);
});

test('portDuplex() carries an abort with its kind and a cancel back to the writer', async () => {
  const [left, right] = pair();
  await left.writable.abort(new KindError('conflict', 'Cannot go on'));
  await expect(right.readable.getReader().read()).rejects.toMatchObject({
    kind: 'conflict',
    message: 'Cannot go on',
  });
  await left.readable.cancel();
  await settled();
  const error: unknown = await right.writable.getWriter().closed.catch((cause: unknown) => cause);
  expect(errorKind(error)).toBe('cancelled');
});

test('dispose() wakes a writer that waits for credit', async () => {
  const [left, right] = pair();
  const writer = left.writable.getWriter();
  const write = writer.write(new Uint8Array(2 * portWindowBytes)).catch((cause: unknown) => cause);
  writer.closed.catch(() => undefined);
  await settled();
  right.dispose();
  expect(errorKind(await write.then(() => writer.closed.catch((cause: unknown) => cause)))).toBe(
    'cancelled',
  );
});

test('dispose() after the end leaves what was written to the reader', async () => {
  const [left, right] = pair();
  const writer = left.writable.getWriter();
  await writer.write(Uint8Array.of(1, 2));
  await writer.close();
  left.dispose();
  await settled();
  expect([...(await readAll(right.readable))]).toEqual([1, 2]);
  right.dispose();
});

test.each([
  null,
  'text',
  {},
  { type: 'data' },
  { type: 'data', bytes: 'text' },
  { type: 'credit', bytes: Infinity },
  { type: 'credit', bytes: -1 },
  { type: 'error', kind: 1 },
  { type: 'data', bytes: new Uint8Array(portWindowBytes + 1) },
])('portDuplex() closes itself to a peer that breaks the rules, case %#', async (message) => {
  const { port1, port2 } = new MessageChannel();
  const { readable } = portDuplex(port1);
  port2.postMessage(message);
  await expect(readable.getReader().read()).rejects.toMatchObject({ kind: 'cancelled' });
  port2.close();
});
