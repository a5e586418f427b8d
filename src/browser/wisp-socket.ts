/** A browser's WebSocket to a WISP gateway. */
import type { WispSocket, WispSocketEvents } from '../egress/wisp-client.ts';
import { wispProtocols } from '../egress/wisp-wire.ts';

export interface WispSocketOptions {
  readonly url: string;
  readonly token?: string;
  readonly events: WispSocketEvents;
}

export function openWispSocket({ url, token, events }: WispSocketOptions): Promise<WispSocket> {
  const socket = new WebSocket(url, wispProtocols(token));
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve, reject) => {
    socket.addEventListener('message', ({ data }) => {
      if (data instanceof ArrayBuffer) events.onMessage(new Uint8Array(data));
    });
    socket.addEventListener('close', ({ code }) => {
      reject(new Error(`WebSocket closed: ${code}`));
      events.onClose(`WebSocket closed: ${code}`);
    });
    socket.addEventListener('open', () =>
      resolve({
        protocol: socket.protocol,
        send: (message) => socket.send(message as Uint8Array<ArrayBuffer>),
        close: () => socket.close(),
      }),
    );
  });
}
