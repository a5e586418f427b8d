import { expect, test } from 'vitest';
import type { ApiHandler } from '../api/http.ts';
import { ApiClient } from '../client/api-client.ts';
import { PublishedPorts } from './published-ports.ts';
import type { PublishedPort } from './published-port.ts';

const json = (value: unknown) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: new TextEncoder().encode(JSON.stringify(value)),
});

/** An engine with one container, which the test starts and ends. */
function fakeEngine() {
  const world = { running: false, listening: false, dialled: [] as unknown[] };
  let events: ReadableStreamDefaultController<Uint8Array> | undefined;
  const handler: ApiHandler = ({ path }) => {
    if (path.includes('/events')) {
      const body = new ReadableStream<Uint8Array>({ start: (c) => void (events = c) });
      return Promise.resolve({ status: 200, headers: {}, body });
    }
    if (path.includes('/containers/json')) {
      const Ports = [
        { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
        { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
        { PrivatePort: 443, Type: 'tcp' },
      ];
      const one = { Id: 'c1', Names: ['/web'], Ports, HostConfig: { NetworkMode: 'bridge' } };
      return Promise.resolve(json(world.running ? [one] : []));
    }
    return Promise.resolve(json({ State: { Running: true, Pid: 42 }, HostConfig: {}, Config: {} }));
  };
  const ports = new PublishedPorts({
    client: new ApiClient(handler),
    readFiles: (paths) =>
      Promise.resolve(
        paths.map((path) =>
          path === '/proc/42/net/tcp6' && world.listening
            ? '  sl  local_address remote_address st\n   0: 00000000:0050 00000000:0000 0A 0\n'
            : undefined,
        ),
      ),
    openDatagrams: () => Promise.reject(new Error('refused')),
    connect: (target) => {
      world.dialled.push(target);
      return Promise.reject(new Error('refused'));
    },
  });
  const happen = async (): Promise<void> => {
    await expect.poll(() => events).toBeDefined();
    events?.enqueue(new TextEncoder().encode('{"Action":"start","timeNano":1}\n'));
  };
  return { world, ports, happen };
}

test('PublishedPorts tells of a port, of its server, and of its end', async () => {
  const { world, ports, happen } = fakeEngine();
  const seen: (readonly PublishedPort[])[] = [];
  ports.onChange((list) => seen.push(list));
  expect(seen).toEqual([[]]);
  world.running = true;
  await happen();
  const port = { port: 8080, hostIp: '0.0.0.0', protocol: 'tcp', privatePort: 80 };
  const base = { ...port, containerId: 'c1', containerName: 'web' };
  await expect.poll(() => seen.at(-1)).toEqual([{ ...base, listening: false }]);
  world.listening = true;
  await expect.poll(() => seen.at(-1)).toEqual([{ ...base, listening: true }]);
  world.running = false;
  await happen();
  await expect.poll(() => seen.at(-1)).toEqual([]);
  expect(seen).toHaveLength(4);
  ports.dispose();
});

test('connect() dials published ports only', async () => {
  const { world, ports, happen } = fakeEngine();
  await expect(ports.connect(8080)).rejects.toMatchObject({ kind: 'notFound' });
  world.running = true;
  ports.onChange(() => undefined);
  await happen();
  await expect.poll(() => ports.ports.length).toBe(1);
  await expect(ports.connect(8080)).rejects.toThrow('refused');
  await expect(ports.connect(80)).rejects.toMatchObject({ kind: 'notFound' });
  expect(world.dialled).toEqual([{ kind: 'tcp', host: '127.0.0.1', port: 8080 }]);
  ports.dispose();
});
