/** `bottleship serve --publish`: what a container publishes is on this host's loopback while it runs. */
import { createServer } from 'node:net';
import { once } from 'node:events';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServe, type ServedProcess } from '../support/serve.ts';

let served: ServedProcess;
let docker: Docker;

beforeAll(async () => {
  served = await startServe({ args: ['--publish'] });
  docker = new Docker({ socketPath: served.socketPath });
  await new Promise((resolve, reject) => {
    docker.pull('busybox', (error: Error | null, stream: NodeJS.ReadableStream) =>
      error === null ? docker.modem.followProgress(stream, resolve) : reject(error),
    );
  });
}, 180_000);

afterAll(async () => {
  await served.stop();
});

/** A port that nobody on this host has. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return address.port;
}

async function startWeb(port: number): Promise<Docker.Container> {
  const make =
    'mkdir /www; dd if=/dev/zero of=/www/large bs=1M count=2; echo hello > /www/index.html';
  const container = await docker.createContainer({
    Image: 'busybox',
    Cmd: ['sh', '-c', `${make}; exec httpd -f -p ${port} -h /www`],
    ExposedPorts: { [`${port}/tcp`]: {} },
    HostConfig: { NetworkMode: 'host' },
    name: `web-${port}`,
  });
  await container.start();
  return container;
}

test('a published port is forwarded from loopback until its container ends', async () => {
  const port = await freePort();
  const container = await startWeb(port);
  await expect
    .poll(() => served.stderr(), { timeout: 30_000 })
    .toContain(`Published 127.0.0.1:${port} -> web-${port}:`);
  const url = `http://127.0.0.1:${port}/`;
  await expect
    .poll(
      () =>
        fetch(url)
          .then((response) => response.text())
          .catch(String),
      { timeout: 30_000 },
    )
    .toBe('hello\n');
  const bodies = await Promise.all(
    Array.from({ length: 2 }, async () => (await fetch(`${url}large`)).arrayBuffer()),
  );
  expect(bodies.map(({ byteLength }) => byteLength)).toEqual(Array(2).fill(2_097_152));
  await container.remove({ force: true });
  await expect
    .poll(() => fetch(url).catch((error: Error) => String((error.cause as Error).message)), {
      timeout: 30_000,
    })
    .toContain('ECONNREFUSED');
}, 120_000);

test('a port that this host uses already is told of, and the engine goes on', async () => {
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  const container = await startWeb(address.port);
  await expect
    .poll(() => served.stderr(), { timeout: 30_000 })
    .toMatch(new RegExp(`WARNING: Cannot publish 127.0.0.1:${address.port} .*EADDRINUSE`));
  expect((await container.inspect()).State.Running).toBe(true);
  taken.close();
  await container.remove({ force: true });
});
