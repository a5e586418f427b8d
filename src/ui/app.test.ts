import { render } from 'svelte/server';
import { expect, test } from 'vitest';
import { FakeHost } from '../playground/fake-host.ts';
import { Language } from '../playground/language.svelte.ts';
import { Offline } from '../playground/offline.svelte.ts';
import { Preview } from '../playground/preview.svelte.ts';
import { Session } from '../playground/session.svelte.ts';
import { Workbench } from '../playground/workbench/workbench.svelte.ts';
import App from './App.svelte';

async function show(options: { bootFailure?: string; languages?: string[] }): Promise<string> {
  const language = new Language(options.languages ?? ['en']);
  const session = new Session({ createHost: () => new FakeHost(options) });
  const preview = new Preview(session, {
    loadTemplate: () => Promise.resolve(undefined),
    sessionName: () => Promise.resolve('0'.repeat(16)),
  });
  await session.start();
  const workbench = new Workbench({ session, language, preview });
  return render(App, { props: { workbench, offline: new Offline() } }).body;
}

test('App renders without a machine: name, status, suggestions, terminal', async () => {
  const body = await show({});
  expect(body).toContain('Bottleship');
  expect(body).toContain('data-phase="ready"');
  expect(body).toContain('docker run --rm -it busybox sh');
  expect(body).toContain('aria-label="Terminal 1"');
  expect(body).not.toContain('Starting the machine');
});

test('App shows a failed start with its cause and a way to try again', async () => {
  const body = await show({ bootFailure: 'Machine halted <b>' });
  expect(body).toContain('The machine did not start');
  expect(body).toMatch(/role="alert"[^>]*>Machine halted &lt;b>/);
  expect(body).toContain('Try again');
});

test('App speaks Simplified Chinese', async () => {
  const body = await show({ languages: ['zh-CN'], bootFailure: 'Machine halted' });
  expect(body).toContain('机器未能启动');
  expect(body).toContain('机器已停机');
  expect(body).not.toContain('Try again');
});
