/** Listens on unix and TCP sockets and serves HTTP on every connection. */
import { chmodSync, lstatSync, mkdirSync, rmSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { ApiHandler } from '../../api/http.ts';
import { serveConnection } from '../../engine/server/http/serve-connection.ts';
import type { Disposable } from '../../lib/disposable.ts';
import type { ListenAddress } from './listen-address.ts';
import { socketDuplex } from './socket-duplex.ts';

/** Connections at a time and listener: one client with a pool has a few dozen, each costs about 50 KB. */
const connectionsMax = 1024;
/** Longest path of a unix socket: what `sun_path` holds on Linux, less its end. */
const socketPathBytesMax = 107;

export interface Listener extends Disposable {
  /** With the port that was free when 0 was asked for. */
  readonly address: ListenAddress;
  /** Ends it: no connection is taken any more, those that are there are told. Resolves when they are gone. */
  stop(): Promise<void>;
}

export async function listen(address: ListenAddress, handler: ApiHandler): Promise<Listener> {
  const stopping = new AbortController();
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    void serveConnection(socketDuplex(socket), handler, { signal: stopping.signal });
  });
  server.maxConnections = connectionsMax;
  if (address.kind === 'unix') await listenOnPath(server, address.path);
  else await started(server, () => server.listen(address.port, address.host));
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  const dispose = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: boundAddress(address, server),
    stop: () => {
      server.close();
      stopping.abort();
      return closed;
    },
    dispose,
  };
}

function boundAddress(address: ListenAddress, server: Server): ListenAddress {
  const bound = server.address();
  if (address.kind === 'unix' || bound === null || typeof bound === 'string') return address;
  return { ...address, port: bound.port };
}

/** A socket that a server which is gone left behind is replaced; mode 0660 as dockerd's. */
async function listenOnPath(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > socketPathBytesMax)
    throw new Error(`a socket's path has at most ${socketPathBytesMax} bytes`);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there !== undefined) {
    if (!there.isSocket()) throw new Error('a file that is no socket is in the way');
    if (await isServed(path)) throw new Error('another process serves it');
    unlinkSync(path);
  }
  // Nobody may connect between listen and chmod.
  const mask = process.umask(0o117);
  try {
    await started(server, () => server.listen(path));
    chmodSync(path, 0o660);
  } finally {
    process.umask(mask);
  }
  server.once('close', () => rmSync(path, { force: true }));
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function started(server: Server, listenNow: () => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    listenNow();
  });
}
