import { expect, test } from 'vitest';
import { FakeHost } from '../fake-host.ts';
import { Language } from '../language.svelte.ts';
import { Preview } from '../preview.svelte.ts';
import { Session } from '../session.svelte.ts';
import { Palette } from './palette.svelte.ts';
import { Workbench } from './workbench.svelte.ts';

async function palette() {
  const containers = [{ Id: 'a'.repeat(64), Names: ['/web'] }];
  const host = new FakeHost({
    api: () =>
      Promise.resolve({
        status: 200,
        headers: {},
        body: new TextEncoder().encode(JSON.stringify(containers)),
      }),
  });
  const session = new Session({ createHost: () => host });
  const preview = new Preview(session, {
    loadTemplate: () => Promise.resolve(undefined),
    sessionName: () => Promise.resolve('0'.repeat(16)),
  });
  const workbench = new Workbench({ session, preview, language: new Language(['en']) });
  await session.start();
  return { workbench, made: new Palette(workbench, ['files', 'images']) };
}

test('Palette offers views, terminals, settings, suggestions and what runs', async () => {
  const { made } = await palette();
  await expect.poll(() => made.matches.map(({ title }) => title)).toContain('Log of web');
  expect(made.matches.map(({ title }) => title)).toEqual(
    expect.arrayContaining([
      'Show Files',
      'Show Images',
      'New terminal',
      'Theme: dark',
      'Language: 简体中文',
      'Run your first container',
      'Shell in web',
    ]),
  );
});

test('Palette finds by every word of titles and command lines', async () => {
  const { made, workbench } = await palette();
  await expect.poll(() => made.matches.some(({ id }) => id === 'logs-web')).toBe(true);
  made.type('logs WEB');
  expect(made.matches.map(({ commandLine }) => commandLine)).toEqual(['docker logs -f web']);
  made.chosen?.run();
  expect(workbench.terminals.nameOf(workbench.terminals.active)).toBe('web');
  made.type('nosuch thing');
  expect(made.chosen).toBeUndefined();
});

test('Palette steps around the ends', async () => {
  const { made } = await palette();
  made.type('theme');
  expect(made.chosen?.id).toBe('theme-system');
  made.step(-1);
  expect(made.chosen?.id).toBe('theme-dark');
  made.step(1);
  expect(made.chosen?.id).toBe('theme-system');
});
