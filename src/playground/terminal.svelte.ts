/**
 * One terminal: joins a screen (xterm.js in the page, an array in tests) to a shell of the machine,
 * and opens a new shell after the last one ended.
 */
import type { SavedTerminal } from '../api/sessions.ts';
import { DisposableStore, toDisposable } from '../lib/disposable.ts';
import type { Disposable } from '../lib/disposable.ts';
import { errorMessage } from '../lib/errors.ts';
import type { ContainerHost, ShellConnection, TerminalSize } from './container-host.ts';
import type { Session } from './session.svelte.ts';
import type { Strings } from './strings/en.ts';

export type TerminalStatus = 'waiting' | 'connected' | 'ended';

/** What a terminal emulator offers. */
export interface TerminalScreen {
  readonly size: TerminalSize;
  /** Resolves when the bytes are on the screen: the shell is held back until then. */
  write(bytes: Uint8Array): Promise<void>;
  onInput(listener: (bytes: Uint8Array) => void): Disposable;
  onResize(listener: (size: TerminalSize) => void): Disposable;
  /** What it shows and showed above, as plain text. */
  contents(): string;
  /** Calls back with what programs call the terminal, by escape sequence. */
  onTitle(listener: (title: string) => void): Disposable;
  focus(): void;
}

/** Keystrokes kept while no shell is there to take them. */
const pendingInputBytesMax = 64 * 1024;

/** A title is a word or two on a tab; whatever prints may set it. */
const titleCharactersMax = 64;

export class Terminal implements Disposable {
  /** Takes no keys; what `run` types goes through. */
  locked = $state(false);
  #status = $state<TerminalStatus>('waiting');
  #title = $state('');
  readonly #session: Session;
  readonly #strings: () => Strings;
  readonly #store = new DisposableStore();
  #screen: TerminalScreen | undefined;
  #shell: ShellConnection | undefined;
  #input: WritableStreamDefaultWriter<Uint8Array> | undefined;
  readonly #outputListeners = new Set<(bytes: Uint8Array) => void>();
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  /** Counts connections, so that one that was overtaken while it opened is dropped. */
  #attempt = 0;

  constructor(session: Session, strings: () => Strings) {
    this.#session = session;
    this.#strings = strings;
  }

  get status(): TerminalStatus {
    return this.#status;
  }

  /** What its programs call it; empty until one does. */
  get title(): string {
    return this.#title;
  }

  /** What to keep of it with a saved machine; undefined while it has no shell. */
  saved(): Omit<SavedTerminal, 'title'> | undefined {
    const key = this.#shell?.key;
    if (key === undefined || this.#screen === undefined) return undefined;
    return { key, text: this.#screen.contents() };
  }

  /** Shows this terminal on a screen until the returned object is disposed. */
  attach(screen: TerminalScreen): Disposable {
    const store = new DisposableStore();
    this.#screen = screen;
    store.add(screen.onInput((bytes) => this.#press(bytes)));
    store.add(screen.onResize((size) => this.#shell?.resize(size)));
    store.add(
      screen.onTitle((title) => {
        this.#title = printable(title).slice(0, titleCharactersMax);
      }),
    );
    store.add(this.#session.onHost((host) => void this.#connect(host)));
    store.add(toDisposable(() => this.#disconnect()));
    return this.#store.add(store);
  }

  focus(): void {
    this.#screen?.focus();
  }

  /** Types a command line and runs it, as the learner's keyboard would; without a shell as soon as there is one. */
  run(commandLine: string): void {
    this.focus();
    if (this.#status === 'ended') this.reconnect();
    this.#take(new TextEncoder().encode(`${commandLine}\r`));
  }

  /** Opens a new shell; the old one, if any, gets a hang-up. */
  reconnect(): void {
    this.focus();
    const host = this.#session.host;
    if (host !== undefined) void this.#connect(host);
  }

  /** Calls back with what the shell prints. */
  onOutput(listener: (bytes: Uint8Array) => void): Disposable {
    this.#outputListeners.add(listener);
    return toDisposable(() => this.#outputListeners.delete(listener));
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #connect(host: ContainerHost): Promise<void> {
    this.#disconnect();
    const screen = this.#screen;
    if (screen === undefined) return;
    const attempt = ++this.#attempt;
    try {
      const shell = await host.openShell(screen.size);
      if (attempt !== this.#attempt) {
        shell.dispose();
        return;
      }
      this.#shell = shell;
      this.#title = shell.before?.title ?? '';
      if (shell.before !== undefined) await this.#showBefore(shell.before, screen);
      shell.resize(screen.size);
      await this.#show(shell, screen);
      await this.#ended(shell, this.#strings().shellEnded(await shell.exit));
    } catch (error) {
      // A start that failed shows elsewhere, and there was no shell to lose.
      const isLost = this.#shell !== undefined || (await this.#session.isReady(host));
      if (!isLost || attempt !== this.#attempt) return;
      await this.#ended(this.#shell, this.#strings().shellLost(errorMessage(error)));
    }
  }

  /** In place of what the screen has, which is of another machine. */
  async #showBefore({ text }: SavedTerminal, screen: TerminalScreen): Promise<void> {
    const clear = '\x1b[2J\x1b[3J\x1b[H';
    const note = `\x1b[2m${this.#strings().shellRestored}\x1b[0m`;
    const lines = [...text.trimEnd().split('\n'), note, ''].join('\r\n');
    await screen.write(new TextEncoder().encode(clear + lines));
  }

  async #show(shell: ShellConnection, screen: TerminalScreen): Promise<void> {
    const input = shell.writable.getWriter();
    // The other half may fail first and tells why; this one only must not go unhandled.
    input.closed.catch(() => undefined);
    const reader = shell.readable.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (const listener of this.#outputListeners) listener(value);
      await screen.write(value);
      if (this.#input === undefined && shell === this.#shell) this.#connectInput(input);
    }
  }

  /** Once the shell shows its prompt: what it gets before, the terminal would echo and it once more. */
  #connectInput(input: WritableStreamDefaultWriter<Uint8Array>): void {
    this.#input = input;
    this.#status = 'connected';
    for (const bytes of this.#pending.splice(0)) this.#take(bytes);
    this.#pendingBytes = 0;
  }

  async #ended(shell: ShellConnection | undefined, reason: string): Promise<void> {
    if (shell !== this.#shell) return;
    this.#disconnect();
    this.#status = 'ended';
    const text = `\r\n\x1b[2m${reason} ${this.#strings().pressEnterToReconnect}\x1b[0m\r\n`;
    await this.#screen?.write(new TextEncoder().encode(text));
  }

  #press(bytes: Uint8Array): void {
    if (!this.locked) this.#take(bytes);
  }

  #take(bytes: Uint8Array): void {
    if (this.#status === 'ended') {
      if (bytes.includes(0x0d)) this.reconnect();
      return;
    }
    if (this.#input !== undefined) {
      // A failed write shows as the end of the shell; there is nothing to add here.
      this.#input.write(bytes).catch(() => undefined);
      return;
    }
    if (this.#pendingBytes + bytes.byteLength > pendingInputBytesMax) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.byteLength;
  }

  #disconnect(): void {
    this.#attempt += 1;
    const shell = this.#shell;
    this.#shell = undefined;
    this.#input = undefined;
    this.#status = 'waiting';
    shell?.dispose();
  }
}

/** Without control characters. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '').trim();
}
