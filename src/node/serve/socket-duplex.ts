/** A socket of Node as a pair of byte streams. The socket must allow half-open connections. */
import type { Socket } from 'node:net';
import type { Duplex } from '../../lib/duplex.ts';

/** How long what the peer still sends is thrown away after the end, lest a reset overtake our last bytes. Go's. */
const lingerMs = 500;

export function socketDuplex(socket: Socket): Duplex {
  socket.on('error', () => undefined); // both halves hear of it below
  return { readable: socketReadable(socket), writable: socketWritable(socket) };
}

function socketReadable(socket: Socket): ReadableStream<Uint8Array> {
  let isOver = false;
  const once = (end: () => void): void => {
    if (!isOver) end();
    isOver = true;
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        socket.pause();
        socket.on('data', (chunk: Buffer) => {
          if (isOver) return;
          controller.enqueue(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
          if ((controller.desiredSize ?? 0) <= 0) socket.pause();
        });
        socket.once('end', () => once(() => controller.close()));
        socket.once('error', (error) => once(() => controller.error(error)));
        socket.once('close', () => once(() => controller.close()));
      },
      pull: () => void socket.resume(),
      cancel() {
        isOver = true;
        linger(socket);
      },
    },
    { highWaterMark: 0 },
  );
}

function linger(socket: Socket): void {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
  socket.resume();
}

function socketWritable(socket: Socket): WritableStream<Uint8Array> {
  return new WritableStream<Uint8Array>({
    start(controller) {
      socket.once('error', (error) => controller.error(error));
      socket.once('close', () => controller.error(new Error('socket closed')));
    },
    write: (chunk) =>
      new Promise<void>((resolve, reject) => {
        socket.write(chunk, (error) => (error ? reject(error) : resolve()));
      }),
    close: () =>
      new Promise<void>((resolve) => {
        // A peer that is gone does not matter any more.
        socket.once('close', resolve);
        socket.end(resolve);
      }),
    abort: () => void socket.destroy(),
  });
}
