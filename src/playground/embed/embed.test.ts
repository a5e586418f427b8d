import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeHost } from '../fake-host.ts';
import { Language } from '../language.svelte.ts';
import { Preview } from '../preview.svelte.ts';
import { Session } from '../session.svelte.ts';
import { acceptParent } from './accept-parent.ts';
import { parseEmbedOptions } from './embed-options.ts';
import { Embed } from './embed.svelte.ts';
import { contentSizeMax, parseEmbedConnect, parseEmbedRequest, parseSettings } from './protocol.ts';
import { serveEmbed } from './serve-embed.ts';

describe('parseEmbedOptions()', () => {
  test('reads what an address says', () => {
    expect(
      parseEmbedOptions(
        '?image=alpine:3.20&panes=terminal,xray,nothing&boot=click&readonly&theme=dark&host=https://a.example/x',
      ),
    ).toMatchObject({
      settings: { theme: 'dark', readonly: true },
      panes: ['terminal', 'xray'],
      boot: 'click',
      command: 'docker run --rm -it alpine:3.20',
      host: 'https://a.example',
      awaitsSetup: false,
    });
  });

  test('shows a lesson beside its terminal, and starts when it is seen', () => {
    expect(parseEmbedOptions('?course=first-course&lesson=volumes')).toMatchObject({
      panes: ['lesson', 'terminal'],
      boot: 'view',
      lesson: { course: 'first-course', lesson: 'volumes' },
    });
  });

  test.each(['a;reboot', '-it x', '$(x)', '`x`', 'a b'])('takes %s for no image', (image) => {
    expect(parseEmbedOptions(`?image=${encodeURIComponent(image)}`).command).toBeUndefined();
  });
});

describe('the protocol', () => {
  test.each([
    null,
    7,
    'run',
    {},
    { type: 'run', command: 'x' },
    { type: 'run', id: 1 },
    { type: 'run', id: 1.5, command: 'x' },
    { type: 'write', id: 1, path: 'relative', content: '' },
    { type: 'write', id: 1, path: '/a\0b', content: '' },
    { type: 'write', id: 1, path: '/a', content: 'x'.repeat(contentSizeMax + 1) },
    { type: 'eval', id: 1, path: '/a' },
  ])('parseEmbedRequest() passes over %j', (value) => {
    expect(parseEmbedRequest(value)).toBeUndefined();
  });

  test('parseSettings() keeps the order of panes and what it knows', () => {
    expect(parseSettings({ panes: ['xray', 'terminal', 'x'], theme: 'pink', lang: 'zh' })).toEqual({
      panes: ['xray', 'terminal'],
      lang: 'zh',
    });
  });

  test('parseEmbedConnect() refuses other versions and files without a path', () => {
    const type = 'bottleship-embed-connect';
    expect(parseEmbedConnect({ type, version: 2 })).toBeUndefined();
    expect(parseEmbedConnect({ type, version: 1, setup: { files: { a: '' } } })).toBeUndefined();
    expect(parseEmbedConnect({ type, version: 1, setup: { files: { '/a': 'x' } } })).toEqual({
      type,
      version: 1,
      setup: { files: { '/a': 'x' } },
    });
  });
});

describe('acceptParent()', () => {
  function greeting(host?: string) {
    const listeners = new Set<(event: MessageEvent) => void>();
    const parent = { postMessage: vi.fn() };
    const connected = vi.fn();
    const window = {
      parent,
      addEventListener: (_: string, listener: (event: MessageEvent) => void) =>
        listeners.add(listener),
      removeEventListener: (_: string, listener: (event: MessageEvent) => void) =>
        listeners.delete(listener),
    };
    acceptParent({ window: window as never, host, connected });
    const post = (event: {
      source?: unknown;
      origin?: string;
      ports?: unknown[];
      version?: number;
    }): void => {
      const data = { type: 'bottleship-embed-connect', version: event.version ?? 1 };
      const sent = { source: parent, origin: 'https://a.example', ports: ['port'], ...event, data };
      for (const listener of listeners) listener(sent as never);
    };
    return { parent, connected, post };
  }

  test('greets without content, and only whom the address names', () => {
    expect(greeting('https://a.example').parent.postMessage).toHaveBeenCalledWith(
      { type: 'bottleship-embed-hello', version: 1 },
      'https://a.example',
    );
    expect(greeting().parent.postMessage.mock.calls[0]?.[1]).toBe('*');
  });

  test('takes the first port of its parent, and nothing of anybody else', () => {
    const { connected, post } = greeting('https://a.example');
    post({ source: {} });
    post({ origin: 'https://b.example' });
    post({ ports: [] });
    post({ version: 2 });
    expect(connected).not.toHaveBeenCalled();
    post({});
    post({ ports: ['second'] });
    expect(connected.mock.calls.map(([port]) => port as unknown)).toEqual(['port']);
  });
});

describe('Embed', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function open(query: string, bootFailure?: string) {
    const hosts: FakeHost[] = [];
    const session = new Session({
      createHost: () => {
        const host = new FakeHost(bootFailure === undefined ? {} : { bootFailure });
        hosts.push(host);
        return host;
      },
    });
    const preview = new Preview(session, {
      loadTemplate: () => Promise.resolve('http://p{port}-{session}.localhost:1'),
      sessionName: () => Promise.resolve('0'.repeat(16)),
    });
    const tab = { closed: false };
    const openTab = vi.fn((_address: string) => tab);
    const language = new Language(['en']);
    const options = parseEmbedOptions(query);
    const embed = new Embed({ session, language, options, preview, openTab });
    return { embed, hosts, tab, openTab };
  }

  test('starts when it is seen, stops out of view, and goes on', async () => {
    const { embed, hosts } = open('?image=busybox');
    embed.see(false);
    expect(hosts).toHaveLength(0);
    embed.see(true);
    await vi.advanceTimersByTimeAsync(100);
    expect(embed.session.phase).toBe('ready');
    embed.see(false);
    await vi.advanceTimersByTimeAsync(2000);
    expect(hosts[0]?.paused).toBe(true);
    embed.see(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(hosts[0]?.paused).toBe(false);
    embed.dispose();
  });

  test('opens a port in a tab, and runs unseen while that is open', async () => {
    const { embed, hosts, tab, openTab } = open('?boot=load');
    embed.see(true);
    await vi.advanceTimersByTimeAsync(100);
    await embed.openPort(8080);
    expect(openTab).toHaveBeenCalledWith('preview.html#8080/');
    embed.see(false);
    await vi.advanceTimersByTimeAsync(5000);
    expect(hosts[0]?.paused).toBe(false);
    tab.closed = true;
    await vi.advanceTimersByTimeAsync(5000);
    expect(hosts[0]?.paused).toBe(true);
    embed.dispose();
  });

  test('shows a port in its pane: the first, the one that is opened, the one a lesson waits for', async () => {
    const { embed, hosts, openTab } = open('?boot=load&panes=terminal,preview');
    const listen = (...ports: number[]): void =>
      hosts[0]?.tellPorts(
        ports.map((port) => ({ port, protocol: 'tcp', listening: true }) as never),
      );
    embed.see(true);
    embed.arrange({ panes: [], preview: 8082 });
    await vi.advanceTimersByTimeAsync(100);
    listen(8080);
    await vi.advanceTimersByTimeAsync(0);
    expect(embed.preview.origin).toBe(`http://p8080-${'0'.repeat(16)}.localhost:1`);
    listen(8080, 8081);
    await embed.openPort(8081);
    expect(embed.preview.shown).toBe(8081);
    listen(8080, 8081, 8082);
    await vi.advanceTimersByTimeAsync(0);
    expect(embed.preview.shown).toBe(8082);
    expect(openTab).not.toHaveBeenCalled();
    await embed.openTab(8082, '/a');
    expect(openTab).toHaveBeenCalledWith('preview.html#8082/a');
    embed.dispose();
  });

  test('adds a preview for a lesson, unless the page around chose the panes', async () => {
    const lessons = ['?boot=load&course=a', '?boot=load&course=a&panes=lesson,terminal'];
    for (const [at, query] of lessons.entries()) {
      const { embed, hosts } = open(query);
      embed.see(true);
      await vi.advanceTimersByTimeAsync(100);
      embed.arrange({ panes: [], preview: 80 });
      hosts[0]?.tellPorts([{ port: 80, protocol: 'tcp', listening: true } as never]);
      await vi.advanceTimersByTimeAsync(0);
      expect(embed.panes.includes('preview')).toBe(at === 0);
      expect(embed.preview.shown).toBe(at === 0 ? 80 : undefined);
      embed.dispose();
    }
  });

  test('clones the repository of its address before its command', async () => {
    const { embed, hosts } = open('?boot=load&repository=owner/name&command=ls');
    const typed = vi.spyOn(embed.terminal, 'run');
    embed.see(true);
    await vi.advanceTimersByTimeAsync(100);
    expect(hosts).toHaveLength(1);
    expect(typed.mock.calls.map(([line]) => line)).toEqual([
      expect.stringContaining('git clone --depth 1 https://github.com/owner/name /root/name'),
      'ls',
    ]);
    embed.dispose();
  });

  test('waits for a click, and runs unseen while it is asked something', async () => {
    const { embed, hosts } = open('?boot=click&setup=host');
    embed.see(true);
    expect(hosts).toHaveLength(0);
    embed.see(false);
    embed.prepare({ files: { '/a': 'text' } });
    let inside: boolean | undefined;
    const asked = embed.withMachine(async (host) => {
      inside = (host as FakeHost).paused;
      return (await host.run('later')).stdout;
    });
    await vi.advanceTimersByTimeAsync(2000);
    expect(await asked).toBe('later\n');
    expect(inside).toBe(false);
    expect(hosts[0]?.commandLines.map((line) => /base64|later/.exec(line)?.[0])).toEqual([
      'base64',
      'later',
    ]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(hosts[0]?.paused).toBe(true);
    embed.dispose();
  });

  test('tells whoever asks that the machine did not start', async () => {
    const { embed } = open('', 'No memory');
    const asked = embed.withMachine((host) => host.run('x'));
    const failure = expect(asked).rejects.toThrow('No memory');
    await vi.advanceTimersByTimeAsync(100);
    await failure;
    embed.dispose();
  });

  test('serveEmbed() answers requests and tells events', async () => {
    vi.useRealTimers();
    const { embed, hosts } = open('?boot=click');
    const { port1, port2 } = new MessageChannel();
    const heard: Record<string, unknown>[] = [];
    port1.addEventListener('message', ({ data }) => heard.push(data as Record<string, unknown>));
    port1.start();
    const served = serveEmbed(embed, port2);
    port1.postMessage({ type: 'run', id: 1, command: 'echo hi' });
    port1.postMessage('nonsense');
    port1.postMessage({
      type: 'set',
      id: 2,
      settings: { readonly: true, lang: 'zh-CN', theme: 'dark' },
    });
    await vi.waitFor(() => expect(heard.filter(({ type }) => type === 'answer')).toHaveLength(2));
    expect(heard.find(({ id }) => id === 1)).toMatchObject({
      value: { stdout: 'echo hi\n', exitCode: 0 },
    });
    expect([embed.readonly, embed.language.code, embed.theme]).toEqual([true, 'zh-Hans', 'dark']);
    const tell = (listening: boolean): void =>
      hosts[0]?.tellPorts([{ port: 80, protocol: 'tcp', listening } as never]);
    tell(true);
    tell(true);
    tell(false);
    await vi.waitFor(() => expect(heard.filter(({ type }) => type === 'port')).toHaveLength(2));
    expect(heard.filter(({ type }) => type === 'ready')).toHaveLength(1);
    served.dispose();
    port1.close();
    embed.dispose();
  });
});
