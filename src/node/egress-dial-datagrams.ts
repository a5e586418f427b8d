/** Opens a flow of datagrams to an address for the way out. */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Duplex } from '../lib/duplex.ts';
import { KindError } from '../lib/errors.ts';

/** Datagrams that wait for a reader; what comes beyond is lost. */
const waitingMax = 64;

/**
 * Each chunk is a datagram. Only what the address itself sends comes back. Rejects `unavailable` when there is no
 * route; one that answers "port unreachable" ends both halves with `unavailable`, `Connection refused`.
 */
export async function dialDatagrams(address: string, port: number): Promise<Duplex> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error) => reject(failure(error)));
    socket.connect(port, address, resolve);
  });
  return datagramDuplex(socket);
}

function datagramDuplex(socket: Socket): Duplex {
  let isOver = false;
  let fail: (error: Error) => void = () => undefined;
  const end = (): void => {
    if (!isOver) socket.close();
    isOver = true;
  };
  const readable = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        fail = (error) => {
          if (!isOver) controller.error(failure(error));
          end();
        };
        socket.on('message', (bytes) => {
          if (!isOver && (controller.desiredSize ?? 0) > 0) controller.enqueue(bytes);
        });
        socket.on('error', fail);
      },
      cancel: end,
    },
    { highWaterMark: waitingMax },
  );
  const writable = new WritableStream<Uint8Array>({
    write: (bytes) =>
      new Promise((resolve) => {
        // The kernel tells a refusal to whoever comes first, the sender or the reader. Other losses are UDP's own.
        socket.send(bytes, (error) => {
          if (error !== null && isRefusal(error)) fail(error);
          resolve();
        });
      }),
    close: end,
    abort: end,
  });
  return { readable, writable };
}

function failure(error: Error): KindError {
  const text = isRefusal(error) ? 'Connection refused' : 'No route to host';
  return new KindError('unavailable', text, { cause: error });
}

function isRefusal(error: Error): boolean {
  return 'code' in error && error.code === 'ECONNREFUSED';
}
