/** A pair of byte streams inside a WebSocket, as the attach endpoint gives them: binary frames both ways. */
import { acceptOf } from '../../../lib/websocket/accept.ts';
import type { Duplex } from '../../../lib/duplex.ts';
import { KindError } from '../../../lib/errors.ts';
import {
  closeCode,
  encodeClose,
  encodeFrame,
  FrameDecoder,
  opcode,
  WebSocketError,
} from '../../../lib/websocket/frame.ts';

/** Checks an opening handshake; gives the headers of its answer. Rejects `invalidParameter`. */
export async function acceptWebSocket(
  header: (name: string) => string | undefined,
): Promise<Readonly<Record<string, string>>> {
  const has = (name: string, value: string): boolean =>
    (header(name) ?? '')
      .toLowerCase()
      .split(/\s*,\s*/)
      .includes(value);
  const key = header('sec-websocket-key') ?? '';
  if (!has('upgrade', 'websocket') || !has('connection', 'upgrade') || key === '')
    throw new KindError('invalidParameter', 'not websocket protocol');
  if (header('sec-websocket-version') !== '13')
    throw new KindError('invalidParameter', 'missing or bad WebSocket Version');
  return {
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-accept': await acceptOf(key.trim()),
  };
}

/** What goes over the connection for a stream: its output in frames, and its input out of them. */
export function webSocketDuplex(stream: Duplex): Duplex {
  const decoder = new FrameDecoder('client');
  const input = stream.writable.getWriter();
  input.closed.catch(() => undefined);
  let output: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isOver = false;
  const finish = (code: number): void => {
    if (isOver) return;
    isOver = true;
    output?.enqueue(encodeClose(code));
    output?.close();
  };
  const reader = stream.readable.getReader();
  const readable = new ReadableStream<Uint8Array>({
    start: (controller) => void (output = controller),
    pull: async (controller) => {
      const { value, done } = await reader.read();
      if (done) finish(closeCode.normal);
      else if (!isOver) controller.enqueue(encodeFrame(opcode.binary, value));
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const end = async (code: number): Promise<void> => {
    finish(code);
    await input.close().catch(() => undefined);
    await reader.cancel().catch(() => undefined);
  };
  const writable = new WritableStream<Uint8Array>({
    async write(chunk) {
      if (isOver) return;
      try {
        for (const frame of decoder.push(chunk)) {
          if (frame.kind === 'data') {
            if (frame.payload.length > 0) await input.write(frame.payload);
          } else if (frame.kind === 'ping')
            output?.enqueue(encodeFrame(opcode.pong, frame.payload));
          else if (frame.kind === 'close') await end(closeCode.normal);
        }
      } catch (error) {
        await end(error instanceof WebSocketError ? closeCode.protocolError : closeCode.normal);
      }
    },
    // A client that is gone without a word; the output may still be read.
    close: () => input.close().catch(() => undefined),
    abort: () => input.close().catch(() => undefined),
  });
  return { readable, writable };
}
