import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Attention } from './attention.ts';
import { FakeHost } from './fake-host.ts';
import { Session } from './session.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function scene() {
  const host = new FakeHost();
  const session = new Session({ createHost: () => host });
  const attention = new Attention({ session, patienceMs: 1000 });
  const started = session.start();
  await vi.runAllTimersAsync();
  await started;
  return { host, attention };
}

test('Attention stops a machine that is unseen for long, and a glance makes it go on', async () => {
  const { host, attention } = await scene();
  attention.see(false);
  await vi.advanceTimersByTimeAsync(999);
  expect(host.paused).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(host.paused).toBe(true);
  attention.see(true);
  await vi.advanceTimersByTimeAsync(5000);
  expect(host.paused).toBe(false);
});

test('Attention lets it run while something is asked of it, seen or not', async () => {
  const { host, attention } = await scene();
  attention.see(false);
  let finish = (): void => undefined;
  const asked = attention.hold(() => new Promise<void>((resolve) => (finish = resolve)));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(host.paused).toBe(false);
  finish();
  await asked;
  await vi.advanceTimersByTimeAsync(1000);
  expect(host.paused).toBe(true);
});
