import { expect, test } from 'vitest';
import type { ShellConnection } from './container-host.ts';
import { FakeHost } from './fake-host.ts';
import { languages } from './language.svelte.ts';
import { Session } from './session.svelte.ts';
import { Terminal } from './terminal.svelte.ts';
import type { TerminalScreen } from './terminal.svelte.ts';

class FakeScreen implements TerminalScreen {
  text = '';
  size = { columns: 80, rows: 24 };
  focused = false;
  tellTitle: (title: string) => void = () => undefined;
  #input: (bytes: Uint8Array) => void = () => undefined;
  #resize: (size: { columns: number; rows: number }) => void = () => undefined;

  async write(bytes: Uint8Array): Promise<void> {
    this.text += new TextDecoder().decode(bytes);
  }
  onInput(listener: (bytes: Uint8Array) => void) {
    this.#input = listener;
    return { dispose: () => undefined };
  }
  onResize(listener: (size: { columns: number; rows: number }) => void) {
    this.#resize = listener;
    return { dispose: () => undefined };
  }
  onTitle(listener: (title: string) => void) {
    this.tellTitle = listener;
    return { dispose: () => undefined };
  }
  contents(): string {
    return this.text;
  }
  focus(): void {
    this.focused = true;
  }
  type(text: string): void {
    this.#input(new TextEncoder().encode(text));
  }
  resizeTo(columns: number, rows: number): void {
    this.size = { columns, rows };
    this.#resize(this.size);
  }
}

async function started(host = new FakeHost()) {
  const session = new Session({ createHost: () => host });
  const terminal = new Terminal(session, () => languages.en);
  const screen = new FakeScreen();
  terminal.attach(screen);
  const ready = session.start();
  return { host, session, terminal, screen, ready };
}

test('Terminal shows a shell, carries keys to it and its size', async () => {
  const { host, terminal, screen, ready } = await started();
  await ready;
  await expect.poll(() => terminal.status).toBe('connected');
  screen.type('ls\r');
  await expect.poll(() => screen.text).toContain('root@bottleship:~# ls\r\n');
  screen.resizeTo(120, 40);
  expect(host.shells[0]?.sizes.at(-1)).toEqual({ columns: 120, rows: 40 });
});

test('Terminal asks for its shell while the machine boots', async () => {
  const { host, ready } = await started();
  expect(host.shells).toHaveLength(1);
  await ready;
  expect(host.shells).toHaveLength(1);
});

test('Terminal says nothing of a shell that never was because the start failed', async () => {
  const host = new FakeHost({ bootFailure: 'Machine halted' });
  host.openShell = () => Promise.reject(new Error('Machine halted'));
  const { screen, terminal, ready } = await started(host);
  await ready;
  expect([terminal.status, screen.text]).toEqual(['waiting', '']);
});

test('Terminal keeps what is typed while the machine boots', async () => {
  const { screen, ready } = await started();
  screen.type('early\r');
  await ready;
  await expect.poll(() => screen.text).toContain('early');
});

test('run() types a command line with Enter and takes the focus', async () => {
  const { screen, terminal, ready } = await started();
  await ready;
  terminal.run('docker run hello-world');
  await expect.poll(() => screen.text).toContain('docker run hello-world\r\n');
  expect(screen.focused).toBe(true);
});

test('Terminal tells how a shell ended, and Enter opens a new one', async () => {
  const { host, screen, terminal, ready } = await started();
  await ready;
  await expect.poll(() => host.shells.length).toBe(1);
  host.shells[0]?.end(3);
  await expect.poll(() => terminal.status).toBe('ended');
  expect(screen.text).toContain('The shell ended with exit code 3. Press Enter');
  screen.type('x');
  expect(host.shells).toHaveLength(1);
  screen.type('\r');
  await expect.poll(() => terminal.status).toBe('connected');
  expect(host.shells).toHaveLength(2);
});

test('reconnect() hangs up the old shell without a word about it', async () => {
  const { host, screen, terminal, ready } = await started();
  await ready;
  await expect.poll(() => terminal.status).toBe('connected');
  terminal.reconnect();
  terminal.reconnect();
  await expect.poll(() => terminal.status).toBe('connected');
  await expect.poll(() => host.shells.map(({ disposed }) => disposed)).toEqual([true, true, false]);
  expect(screen.text).not.toContain('ended');
});

test('Terminal tells when a shell cannot be opened', async () => {
  const refusing = new FakeHost();
  refusing.openShell = () => Promise.reject(new Error('no pty left'));
  const { screen, terminal, ready } = await started(refusing);
  await ready;
  await expect.poll(() => terminal.status).toBe('ended');
  expect(screen.text).toContain('The connection to the shell was lost: no pty left.');
});

test('Terminal is called what its programs call it, within limits', async () => {
  const { screen, terminal, ready } = await started();
  await ready;
  await expect.poll(() => terminal.status).toBe('connected');
  screen.tellTitle('vi\u0007 Dockerfile');
  expect(terminal.title).toBe('vi Dockerfile');
  screen.tellTitle('x'.repeat(1000));
  expect(terminal.title).toHaveLength(64);
  terminal.reconnect();
  await expect.poll(() => terminal.status).toBe('connected');
  expect(terminal.title).toBe('');
});

test('what a terminal showed is kept with its shell, and shown again with it', async () => {
  const { terminal, screen, ready } = await started(withShell({ key: 'shell/3' }));
  await ready;
  await expect.poll(() => terminal.status).toBe('connected');
  expect(terminal.saved()).toEqual({ key: 'shell/3', text: screen.text });

  const before = { key: 'shell/3', title: 'web', text: '$ echo hello\nhello\n$ ' };
  const restored = await started(withShell({ key: 'shell/3', before }));
  await restored.ready;
  await expect.poll(() => restored.terminal.status).toBe('connected');
  expect(restored.terminal.title).toBe('web');
  expect(restored.screen.text).toMatch(
    /^\x1b\[2J\x1b\[3J\x1b\[H\$ echo hello\r\nhello\r\n\$\r\n\x1b\[2m— The saved machine goes on here. —\x1b\[0m\r\nroot@/,
  );
});

/** A host whose shells are named. */
function withShell(names: Pick<ShellConnection, 'key' | 'before'>): FakeHost {
  const host = new FakeHost();
  const openShell = host.openShell.bind(host);
  host.openShell = async (size) => Object.assign(await openShell(size), names);
  return host;
}
