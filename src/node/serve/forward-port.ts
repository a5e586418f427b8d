/** A TCP port of the host's loopback that leads to a published port of the machine. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Disposable } from '../../lib/disposable.ts';
import type { Duplex } from '../../lib/duplex.ts';
import { socketDuplex } from './socket-duplex.ts';

/** Connections at a time and address: the machine's stream table holds 1024 in all. */
const connectionsMax = 256;
/** `localhost` is one or the other; IPv6 may be turned off. */
const addresses = ['127.0.0.1', '::1'];
const absentCodes = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];

export interface ForwardOptions {
  readonly port: number;
  readonly connect: () => Promise<Duplex>;
}

/** Resolves when it listens; rejects when an address of loopback has the port in use already. */
export async function forwardPort({ port, connect }: ForwardOptions): Promise<Disposable> {
  const sockets = new Set<Socket>();
  const servers: Server[] = [];
  const dispose = (): void => {
    for (const server of servers) server.close();
    for (const socket of sockets) socket.destroy();
  };
  for (const host of addresses) {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      void join(socket, connect);
    });
    server.maxConnections = connectionsMax;
    try {
      await listening(server, { host, port });
      servers.push(server);
    } catch (error) {
      if (absentCodes.includes((error as NodeJS.ErrnoException).code ?? '')) continue;
      dispose();
      throw error;
    }
  }
  return { dispose };
}

function listening(server: Server, options: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...options, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Each half ends by itself; a failure of either ends both. */
async function join(socket: Socket, connect: () => Promise<Duplex>): Promise<void> {
  const local = socketDuplex(socket);
  try {
    const remote = await connect();
    await Promise.all([
      local.readable.pipeTo(remote.writable),
      remote.readable.pipeTo(local.writable),
    ]);
  } catch {
    // Refused or cut off: what the peer sees is a reset.
    socket.resetAndDestroy();
  }
}
