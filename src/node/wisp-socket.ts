/** A WebSocket of Node's to a WISP gateway. */
import { WebSocket } from 'ws';
import type { WispSocket, WispSocketEvents } from '../egress/wisp-client.ts';
import { messageBytesMax, wispProtocols } from '../egress/wisp-wire.ts';

export interface NodeWispSocketOptions {
  readonly url: string;
  readonly token?: string;
  readonly events: WispSocketEvents;
}

export function openNodeWispSocket({
  url,
  token,
  events,
}: NodeWispSocketOptions): Promise<WispSocket> {
  const socket = new WebSocket(url, wispProtocols(token), {
    maxPayload: messageBytesMax,
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.on('message', (data) => {
      if (Buffer.isBuffer(data)) events.onMessage(new Uint8Array(data));
    });
    socket.once('close', (code) => events.onClose(`WebSocket closed: ${code}`));
    socket.once('open', () =>
      resolve({
        protocol: socket.protocol,
        send: (message) => socket.send(message),
        close: () => socket.close(),
      }),
    );
  });
}
