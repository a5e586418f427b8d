import { expect, test, vi } from 'vitest';
import { FakeApi, FakeServices } from './fake-services.ts';
import { engineEvents } from './engine-events.ts';
import { LiveValue } from './live-value.svelte.ts';

test('views share one stream of events, which ends with the last view', async () => {
  const api = new FakeApi({ '/containers/json': [] });
  const services = new FakeServices(api.handler);
  const ask = vi.fn((client) => client.json('GET', '/containers/json'));
  const options = { ask, isChangedBy: ({ Type }: { Type: string }) => Type === 'container' };
  const first = new LiveValue(services, options);
  await vi.waitFor(() => expect(first.value).toEqual([]));
  const second = new LiveValue(services, options);
  await vi.waitFor(() => expect(second.value).toEqual([]));
  expect(api.count('/events')).toBe(1);
  first.dispose();
  expect(api.isOpen('/events')).toBe(true);
  second.dispose();
  expect(api.isOpen('/events')).toBe(false);
  expect(services.listeners).toBe(0);
});

test('LiveValue asks again after an event that changes it, and after being shown again', async () => {
  const api = new FakeApi({ '/containers/json': ['old'] });
  const services = new FakeServices(api.handler);
  const open = () =>
    new LiveValue(services, {
      ask: (client) => client.json<string[]>('GET', '/containers/json'),
      isChangedBy: ({ Type }) => Type === 'container',
    });
  const shown = open();
  await vi.waitFor(() => expect(shown.value).toEqual(['old']));
  api.answers['/containers/json'] = ['new'];
  api.tell('pull', 'image');
  api.tell('start');
  await vi.waitFor(() => expect(shown.value).toEqual(['new']));
  expect(api.count('/containers/json')).toBe(2);
  shown.dispose();
  api.answers['/containers/json'] = ['newest'];
  const again = open();
  await vi.waitFor(() => expect(again.value).toEqual(['newest']));
  again.dispose();
});

test('LiveValue tells why there is no answer', async () => {
  const services = new FakeServices(({ path, signal }) =>
    path.includes('/events')
      ? new FakeApi().handler({ method: 'GET', path, headers: {}, ...(signal && { signal }) })
      : Promise.resolve({ status: 500, headers: {} }),
  );
  const value = new LiveValue(services, {
    ask: (client) => client.json('GET', '/x'),
    isChangedBy: () => true,
  });
  await vi.waitFor(() => expect(value.failure).toContain('Error response from daemon'));
  value.dispose();
  expect(engineEvents(services)).toBe(engineEvents(services));
});
