import { expect, test } from 'vitest';
import { FakeHost } from '../fake-host.ts';
import { Language } from '../language.svelte.ts';
import { Preview } from '../preview.svelte.ts';
import { Session } from '../session.svelte.ts';
import { Layout, paneSizes } from './layout.svelte.ts';
import { terminalsMax } from './terminals.svelte.ts';
import { Theme } from './theme.svelte.ts';
import { Workbench } from './workbench.svelte.ts';

function memoryStorage() {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
}

const forbidden = {
  getItem: (): string => {
    throw new Error('SecurityError');
  },
  setItem: (): void => {
    throw new Error('SecurityError');
  },
};

function workbench(host = new FakeHost()) {
  const language = new Language(['en']);
  const session = new Session({ createHost: () => host });
  const preview = new Preview(session, {
    loadTemplate: () => Promise.resolve('http://p{port}-{session}.localhost:1'),
    sessionName: () => Promise.resolve('0'.repeat(16)),
  });
  return { host, session, preview, bench: new Workbench({ session, language, preview }) };
}

test('Layout shows the introduction first, which makes room for a view', () => {
  const layout = new Layout();
  expect([layout.guide, layout.view, layout.front]).toEqual(['start', undefined, 'terminal']);
  layout.toggle('images');
  expect([layout.guide, layout.view, layout.front]).toEqual([undefined, 'images', 'view']);
  layout.toggle('images');
  expect([layout.view, layout.front]).toEqual([undefined, 'terminal']);
  layout.toggleSide();
  expect(layout.view).toBe('images');
});

test('Layout keeps a lesson beside a view', () => {
  const layout = new Layout();
  layout.show('lesson');
  layout.beside('files');
  expect([layout.guide, layout.view, layout.front]).toEqual(['lesson', 'files', 'guide']);
  layout.show('xray');
  expect([layout.guide, layout.view]).toEqual(['lesson', 'xray']);
});

test('Layout remembers panes and sizes, each size within its bounds', () => {
  const storage = memoryStorage();
  const layout = new Layout(storage);
  layout.show('network');
  layout.resize('view', 33.33);
  layout.resize('preview', 1000);
  const again = new Layout(storage);
  expect([again.guide, again.view]).toEqual([undefined, 'network']);
  expect(again.sizeOf('view')).toBe(33.3);
  expect(again.sizeOf('preview')).toBe(paneSizes.preview.max);
});

test.each(['{', '7', '{"view":"nosuch","sizes":{"view":900}}', '{"guide":3,"sizes":null}'])(
  'Layout passes over %s that somebody else stored',
  (stored) => {
    const layout = new Layout({ getItem: () => stored, setItem: () => undefined });
    expect(layout.view).toBeUndefined();
    expect(layout.sizeOf('view')).toBe(paneSizes.view.usual);
  },
);

test('Layout and Theme work where storage is forbidden', () => {
  const layout = new Layout(forbidden);
  layout.show('files');
  expect(layout.view).toBe('files');
  const theme = new Theme(forbidden);
  theme.next();
  expect(theme.name).toBe('light');
});

test('Theme remembers the choice', () => {
  const storage = memoryStorage();
  new Theme(storage).choose('dark');
  expect(new Theme(storage).name).toBe('dark');
});

test('Terminals opens, steps through and closes terminals, and never leaves none', () => {
  const { terminals } = workbench().bench;
  const first = terminals.active;
  expect(terminals.nameOf(first)).toBe('Terminal 1');
  terminals.open({ title: 'web' });
  expect(terminals.nameOf(terminals.active)).toBe('web');
  terminals.step(1);
  expect(terminals.active).toBe(first);
  terminals.step(-1);
  terminals.close(terminals.active.id);
  expect(terminals.active).toBe(first);
  terminals.close(first.id);
  expect(terminals.tabs.map((tab) => terminals.nameOf(tab))).toEqual(['Terminal 3']);
});

test('Terminals has a maximum, and then the oldest makes room', () => {
  const { terminals } = workbench().bench;
  for (let count = 1; count < terminalsMax; count++) terminals.open();
  const second = terminals.tabs[1];
  expect(terminals.isFull).toBe(true);
  terminals.show(1);
  terminals.open();
  expect(terminals.tabs).toHaveLength(terminalsMax);
  expect(terminals.tabs[0]?.id).toBe(1);
  expect(terminals.tabs).not.toContain(second);
});

test('Workbench gives views every machine that becomes ready', async () => {
  const { bench, session, host } = workbench();
  const hosts: unknown[] = [];
  const listener = bench.onMachine((machine) => hosts.push(machine.host));
  await session.start();
  expect(hosts).toEqual([host]);
  bench.onMachine((machine) => hosts.push(machine.host));
  listener.dispose();
  expect(hosts).toEqual([host, host]);
});

test('Workbench arranges what a lesson wants, and its preview once somebody listens', async () => {
  const { bench, session, host, preview } = workbench();
  await session.start();
  bench.show('lesson');
  bench.arrange({ panes: ['editor', 'terminal'], open: '/root/app/Dockerfile', preview: 8080 });
  expect([bench.layout.view, bench.wantedFile]).toEqual(['files', '/root/app/Dockerfile']);
  expect(preview.shown).toBeUndefined();
  host.tellPorts([
    { port: 8080, protocol: 'tcp', listening: true, containerName: 'web', containerPort: 80 },
  ] as never);
  await expect.poll(() => preview.shown).toBe(8080);
  expect(bench.layout.companion).toBe('preview');
  bench.closePreview();
  expect(bench.layout.companion).toBe('view');
});
