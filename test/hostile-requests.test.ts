/** Requests that mean to bring the engine down or to reach what is not theirs: refused, and the engine goes on. */
import { expect, test } from 'vitest';
import { createFakeEngine } from './support/fake-engine.ts';

async function posting() {
  const { handler, call } = await createFakeEngine();
  const create = async (text: string) => {
    const headers = { 'content-type': 'application/json' };
    const body = new TextEncoder().encode(text);
    const { status } = await handler({ method: 'POST', path: '/containers/create', headers, body });
    expect((await call('GET', '/version')).status).toBe(200);
    return status;
  };
  return { create, call };
}

test('deep, long and wide JSON is refused', async () => {
  const { create } = await posting();
  expect(await create(`{"Labels":${'['.repeat(200_000)}`)).toBe(400);
  expect(await create(`{"Labels":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`)).toBe(400);
  expect(await create(`{"Image":"${'x'.repeat(5 * 1024 * 1024)}"}`)).toBe(400);
});

test('prototype names in objects are only names', async () => {
  const { create } = await posting();
  expect(await create('{"Image":"busybox","Labels":{"__proto__":"x","constructor":"y"}}')).toBe(
    201,
  );
  expect(await create('{"Image":"busybox","__proto__":{"Tty":true}}')).toBe(201);
  expect(({} as { Tty?: boolean }).Tty).toBeUndefined();
});

test.each(['..%2f..%2fetc', '%2e%2e', '.', '%00'])('%s names nothing', async (name) => {
  const { call } = await posting();
  expect([400, 404]).toContain((await call('GET', `/containers/${name}/json`)).status);
  expect([400, 404]).toContain((await call('DELETE', `/volumes/${name}`)).status);
});
