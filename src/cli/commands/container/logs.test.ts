import { expect, test } from 'vitest';
import { encodeStdcopy } from '../../../lib/stdcopy.ts';
import { fakeHandler, jsonResponse, runFake } from '../../testing/fake-invocation.ts';

test('docker logs -f that Ctrl-C ends has the exit code of the signal', async () => {
  const open: { end: () => void } = { end: () => undefined };
  const handler = fakeHandler({
    'GET /containers/web/json': () => jsonResponse({ Id: 'w', Config: { Tty: false } }),
    'GET /containers/w/logs': () => ({
      status: 200,
      headers: {},
      body: new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(encodeStdcopy('stdout', new TextEncoder().encode('tick\n')));
          open.end = () => controller.close();
        },
      }),
    }),
  });
  const result = await runFake({
    argv: ['logs', '-f', 'web'],
    handler,
    during: async ({ sendSignal }) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      sendSignal(2);
      open.end();
    },
  });
  expect(result).toMatchObject({ stdout: 'tick\n', stderr: '', exitCode: 130 });
});
