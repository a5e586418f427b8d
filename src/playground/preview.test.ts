import { expect, test } from 'vitest';
import { FakeHost } from './fake-host.ts';
import { Preview } from './preview.svelte.ts';
import { Session } from './session.svelte.ts';

const template = 'http://p{port}-{session}.localhost:8081';
const name = '0123456789abcdef';
const web = {
  port: 8080, hostIp: '0.0.0.0', protocol: 'tcp', containerId: 'c', containerName: 'web', privatePort: 80, listening: true,
} as const; // prettier-ignore

async function startPreview() {
  const host = new FakeHost();
  const session = new Session({ createHost: () => host });
  const preview = new Preview(session, {
    loadTemplate: () => Promise.resolve(template),
    sessionName: () => Promise.resolve(name),
  });
  await session.start();
  return { host, preview };
}

test('Preview lists ports once somebody listens', async () => {
  const { host, preview } = await startPreview();
  host.tellPorts([
    { ...web, listening: false },
    { ...web, port: 53, protocol: 'udp' },
  ]);
  expect(preview.ports).toEqual([]);
  host.tellPorts([web]);
  expect(preview.ports.map(({ port }) => port)).toEqual([8080]);
});

test('connect() serves origins of published ports of this tab only', async () => {
  const { host, preview } = await startPreview();
  host.tellPorts([web]);
  const { port1 } = new MessageChannel();
  const own = `http://p8080-${name}.localhost:8081`;
  expect(preview.connect(own, port1)).toBe(false);
  await preview.open(8080);
  expect(preview.origin).toBe(own);
  for (const origin of [
    `http://p8081-${name}.localhost:8081`,
    'http://p8080-0000000000000000.localhost:8081',
    `http://p8080-${name}.localhost:8082`,
    `https://p8080-${name}.localhost:8081`,
    `http://p8080-${name}.localhost:8081.evil.example`,
    'null',
    '',
  ])
    expect(preview.connect(origin, port1)).toBe(false);
  expect(preview.connect(own, port1)).toBe(true);
  expect(host.previews.map(({ mapping }) => mapping)).toEqual([{ port: 8080, origin: own }]);
  host.tellPorts([]);
  expect(preview.isPublished).toBe(false);
  expect(preview.connect(own, port1)).toBe(false);
  port1.close();
});
