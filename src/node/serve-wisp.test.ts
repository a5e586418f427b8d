/** The door of the way out, with real WebSockets on loopback: who may come in, and what is written down. */
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createSocket } from 'node:dgram';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { WispClient } from '../egress/wisp-client.ts';
import { wispProtocols } from '../egress/wisp-wire.ts';
import { DisposableStore, toDisposable } from '../lib/disposable.ts';
import { parseProxyConfig } from '../proxy/config.ts';
import type { EgressLogEntry } from '../proxy/egress-gateway.ts';
import { attachWisp, wispPath } from './serve-wisp.ts';
import { openNodeWispSocket } from './wisp-socket.ts';

const owned = new DisposableStore();
const echo = createSocket('udp4');
let greeter: Server;

beforeAll(async () => {
  greeter = createServer((socket) => socket.end('hello'));
  await new Promise<void>((resolve) => greeter.listen(0, '127.0.0.1', resolve));
  echo.on('message', (bytes, { port, address }) => echo.send(bytes, port, address));
  await new Promise<void>((resolve) => echo.bind(0, '127.0.0.1', resolve));
});

afterAll(() => {
  owned.dispose();
  greeter.close();
  echo.close();
});

/** A gateway on loopback; `config` is the proxy's. */
async function serve(config: Readonly<Record<string, unknown>>, egress: object = {}) {
  const log: EgressLogEntry[] = [];
  const server = createHttpServer();
  const ports = `${(greeter.address() as AddressInfo).port},${echo.address().port}`;
  const wisp = attachWisp(server, {
    config: parseProxyConfig({
      ...config,
      egress: { allow: [`test.local:${ports}`], allowPrivate: ['test.local'], ...egress },
    }),
    resolver: async () => [{ address: '127.0.0.1', family: 4 }],
    log: (entry) => log.push(entry),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  owned.add(
    toDisposable(() => {
      wisp.dispose();
      server.close();
      server.closeAllConnections();
    }),
  );
  return { log, host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** The status that a WebSocket is answered with; 101 when it is let in. */
function knock(
  url: string,
  options: { readonly headers?: Record<string, string>; readonly token?: string } = {},
): Promise<number> {
  const socket = new WebSocket(url, wispProtocols(options.token), {
    headers: options.headers ?? {},
  });
  owned.add(toDisposable(() => socket.terminate()));
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode));
    socket.once('error', reject);
  });
}

describe('attachWisp()', () => {
  it('lets in pages of its own and of listed origins, and no others', async () => {
    const { host } = await serve({ origins: ['https://play.example.org'] });
    const from = (origin: string) => knock(`ws://${host}${wispPath}`, { headers: { origin } });
    expect(await knock(`ws://${host}${wispPath}`)).toBe(101);
    expect(await from(`http://${host}`)).toBe(101);
    expect(await from('https://play.example.org')).toBe(101);
    expect(await from('https://evil.example')).toBe(403);
    expect(await from('null')).toBe(403);
    expect(await knock(`ws://${host}/other/`)).toBe(404);
  });

  it('answers to its own names only, when it has any', async () => {
    const { host } = await serve({ hosts: ['proxy.example.org'] });
    const as = (name: string) => knock(`ws://${host}${wispPath}`, { headers: { host: name } });
    expect(await as('proxy.example.org')).toBe(101);
    expect(await as('rebound.example')).toBe(421);
  });

  it('asks for the token, when there is one', async () => {
    const { host } = await serve({}, { token: 'grüße' });
    const url = `ws://${host}${wispPath}`;
    expect(await knock(url)).toBe(401);
    expect(await knock(url, { token: 'grüsse' })).toBe(401);
    expect(await knock(url, { token: 'grüße' })).toBe(101);
  });

  it('has so many WebSockets of one client and no more', async () => {
    const { host } = await serve({});
    const statuses: number[] = [];
    for (let count = 0; count < 9; count += 1)
      statuses.push(await knock(`ws://${host}${wispPath}`));
    expect(statuses).toEqual([...Array<number>(8).fill(101), 429]);
  });

  it('carries TCP and UDP, and writes down where to and how much, not what', async () => {
    const { host, log } = await serve({});
    const client = owned.add(
      new WispClient((events) => openNodeWispSocket({ url: `ws://${host}${wispPath}`, events })),
    );
    const target = (port: number) => ({ host: 'test.local', port });
    const tcpPort = (greeter.address() as AddressInfo).port;
    const { readable, writable } = await client.connect(target(tcpPort));
    const said = await new Response(readable as ReadableStream<Uint8Array<ArrayBuffer>>).text();
    expect(said).toBe('hello');
    await writable.close();
    const flow = await client.openDatagrams(target(echo.address().port));
    const writer = flow.writable.getWriter();
    const reader = flow.readable.getReader();
    for (const size of [5, 0, 9000]) {
      await writer.write(new Uint8Array(size));
      expect((await reader.read()).value).toHaveLength(size);
    }
    await writer.close();
    // Allowed, but only TCP listens there.
    const closed = await client.openDatagrams(target(tcpPort));
    await closed.writable.getWriter().write(Uint8Array.of(1));
    await expect(closed.readable.getReader().read()).rejects.toThrow('Connection refused');
    await expect(client.openDatagrams(target(53))).rejects.toMatchObject({ kind: 'forbidden' });
    await expect.poll(() => log.length).toBe(4);
    const names = ['client', 'durationMs', 'error', 'receivedBytes', 'sentBytes', 'target'];
    for (const entry of log) expect(names).toEqual(expect.arrayContaining(Object.keys(entry)));
    expect(log).toContainEqual(
      expect.objectContaining({ target: `test.local:${tcpPort}`, receivedBytes: 5 }),
    );
    expect(log).toContainEqual(
      expect.objectContaining({
        target: `test.local:${echo.address().port}/udp`,
        sentBytes: 9005,
        receivedBytes: 9005,
      }),
    );
  });
});
