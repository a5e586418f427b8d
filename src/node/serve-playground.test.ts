import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addressOf, servePlayground } from './serve-playground.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serve-playground-'));
  await writeFile(join(folder, 'index.html'), 'page');
});

afterAll(() => rm(folder, { recursive: true }));

test('servePlayground() listens on loopback and takes the next port when one is taken', async () => {
  const { server: first } = await servePlayground({ folder, port: 0 });
  const { address, port } = first.address() as AddressInfo;
  expect(address).toBe('127.0.0.1');
  const { server: second } = await servePlayground({ folder, port });
  expect((second.address() as AddressInfo).port).toBeGreaterThan(port);
  first.close();
  second.close();
});

test('servePlayground() gives /v2/ to the registry proxy and the rest to the files', async () => {
  const { server } = await servePlayground({
    folder,
    port: 0,
    registryProxy: (request, response) => void response.end(`proxied ${request.url}`),
  });
  const ask = async (path: string) => (await fetch(new URL(path, addressOf(server)))).text();
  expect(await ask('/')).toBe('page');
  expect(await ask('/v2/ghcr.io/x/tags/list')).toBe('proxied /v2/ghcr.io/x/tags/list');
  expect(await ask('/v2')).toBe('Not found\n');
  server.close();
  server.closeAllConnections();
});
