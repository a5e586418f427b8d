/** Connects to an address for the way out. */
import { connect } from 'node:net';
import type { Duplex } from '../lib/duplex.ts';
import { socketDuplex } from './serve/socket-duplex.ts';

/** Rejects with Node's error, or the signal's reason. After the connection is made the signal has no say. */
export function dialAddress(address: string, port: number, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, noDelay: true, allowHalfOpen: true });
    const abort = (): void => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    socket.once('error', reject);
    socket.once('close', () => signal.removeEventListener('abort', abort));
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      resolve(socketDuplex(socket));
    });
  });
}
