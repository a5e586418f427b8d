import { expect, test } from 'vitest';
import { Attention } from './attention.ts';
import { createBottleship } from './bottleship.ts';
import { FakeHost } from './fake-host.ts';
import { Session } from './session.svelte.ts';

test('createBottleship() waits for the machine, through a failure and a retry', async () => {
  const hosts = [new FakeHost({ bootFailure: 'no' }), new FakeHost()];
  let count = 0;
  const session = new Session({ createHost: () => hosts[count++] ?? new FakeHost() });
  const bottleship = createBottleship(session, new Attention({ session, patienceMs: 0 }));
  const running = bottleship.run('uname -r');
  await session.start();
  expect(session.phase).toBe('failed');
  await session.start();
  await bottleship.ready;
  expect(await running).toEqual({ stdout: 'uname -r\n', stderr: '', exitCode: 0 });
  expect(hosts[1]?.commandLines).toEqual(['uname -r']);
});

test('engine() passes a request on and returns the bytes of the response', async () => {
  const session = new Session({ createHost: () => new FakeHost() });
  const bottleship = createBottleship(session, new Attention({ session, patienceMs: 0 }));
  await session.start();
  const { status, body } = await bottleship.engine({ method: 'GET', path: '/version' });
  expect(status).toBe(200);
  expect(new TextDecoder().decode(body)).toBe('{"path":"/version"}');
});

test('run() rejects with the phase when the machine is lost', async () => {
  const host = new FakeHost();
  const session = new Session({ createHost: () => host });
  const bottleship = createBottleship(session, new Attention({ session, patienceMs: 0 }));
  await session.start();
  host.events?.lost('gone');
  await expect(bottleship.run('true')).rejects.toMatchObject({
    kind: 'unavailable',
    message: 'The machine is not running: phase "failed"',
  });
});
