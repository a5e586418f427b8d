import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { forwardDatagrams } from './forward-datagrams.ts';

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

test('forwardDatagrams() gives each sender its own way, and its own answers', async () => {
  const port = await freePort();
  const disposed: number[] = [];
  let opened = 0;
  const forward = await forwardDatagrams({
    port,
    open: () => {
      const number = ++opened;
      let answers: ReadableStreamDefaultController<{ bytes: Uint8Array }> | undefined;
      const readable = new ReadableStream<{ bytes: Uint8Array }>({
        start: (controller) => void (answers = controller),
      });
      const send = ({ bytes }: { bytes: Uint8Array }): Promise<void> => {
        const text = `${number}: ${new TextDecoder().decode(bytes)}`;
        answers?.enqueue({ bytes: new TextEncoder().encode(text) });
        return Promise.resolve();
      };
      const socket = { readable, send, dispose: () => void disposed.push(number) };
      return Promise.resolve({ socket, peer: { host: '127.0.0.1', port: 53 } });
    },
  });
  await expect(
    forwardDatagrams({ port, open: () => Promise.reject(new Error('unused')) }),
  ).rejects.toThrow('EADDRINUSE');
  const ask = async (text: string): Promise<string> => {
    const socket = createSocket('udp4');
    socket.send(text, port, '127.0.0.1');
    const [bytes] = (await once(socket, 'message')) as [Buffer];
    socket.close();
    return bytes.toString();
  };
  expect(await ask('a')).toBe('1: a');
  expect(await ask('b')).toBe('2: b');
  forward.dispose();
  await expect.poll(() => disposed.sort()).toEqual([1, 2]);
});
