/** xterm.js as the screen of a Terminal: size, copy and paste, focus. */
import { FitAddon } from '@xterm/addon-fit';
import { Terminal as Xterm } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import type { Disposable } from '../lib/disposable.ts';
import type { TerminalScreen, Terminal } from '../playground/terminal.svelte.ts';
import { redirectInlineStyles } from './inline-styles.ts';

/** Lines kept above the screen: about 4 MB at 200 columns. */
const scrollbackLines = 5000;

/** The same in light and dark: the sea outside the bottle. */
const theme = {
  background: '#0a141c',
  foreground: '#d7e2e8',
  cursor: '#4fd1c5',
  cursorAccent: '#0a141c',
  selectionBackground: '#2c5561',
  black: '#22343f',
  red: '#ff8a80',
  green: '#8fd694',
  yellow: '#f2c36b',
  blue: '#7db8f0',
  magenta: '#d3a4ea',
  cyan: '#4fd1c5',
  white: '#d7e2e8',
  brightBlack: '#8ea3af',
  brightRed: '#ffb3ac',
  brightGreen: '#b6e8ba',
  brightYellow: '#f9dda4',
  brightBlue: '#abd2f7',
  brightMagenta: '#e6cbf4',
  brightCyan: '#93e5dd',
  brightWhite: '#ffffff',
};

/** Shows a terminal in an element; returns what takes it away again. For Svelte's `@attach`. */
export function attachXterm(element: HTMLElement, terminal: Terminal): () => void {
  const screen = new XtermScreen(element);
  const attached = terminal.attach(screen);
  screen.focus();
  return () => {
    attached.dispose();
    screen.dispose();
  };
}

class XtermScreen implements TerminalScreen, Disposable {
  readonly #xterm: Xterm;
  readonly #observer: ResizeObserver;
  readonly #styles = redirectInlineStyles();
  readonly #encoder = new TextEncoder();

  constructor(element: HTMLElement) {
    this.#xterm = new Xterm({
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
      fontSize: matchMedia('(max-width: 32rem)').matches ? 12 : 14,
      lineHeight: 1.25,
      scrollback: scrollbackLines,
      theme,
    });
    const fit = new FitAddon();
    this.#xterm.loadAddon(fit);
    this.#xterm.attachCustomKeyEventHandler((event) => this.#key(event));
    this.#xterm.open(element);
    fit.fit();
    this.#observer = new ResizeObserver(() => {
      // A terminal that is not shown keeps its size.
      if (element.clientWidth > 0) fit.fit();
    });
    this.#observer.observe(element);
  }

  get size(): { columns: number; rows: number } {
    return { columns: this.#xterm.cols, rows: this.#xterm.rows };
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#xterm.write(bytes, resolve);
    });
  }

  contents(): string {
    const { normal } = this.#xterm.buffer;
    let text = '';
    for (let row = 0; row < normal.length; row += 1) {
      const line = normal.getLine(row);
      // Only the end of a line is padded; what was too long goes on in the next row.
      const goesOn = normal.getLine(row + 1)?.isWrapped === true;
      text += (line?.translateToString(!goesOn) ?? '') + (goesOn ? '' : '\n');
    }
    return text.trimEnd();
  }

  onInput(listener: (bytes: Uint8Array) => void): Disposable {
    const text = this.#xterm.onData((data) => listener(this.#encoder.encode(data)));
    // Mouse reports in the old encoding are bytes, not text.
    const binary = this.#xterm.onBinary((data) =>
      listener(Uint8Array.from(data, (character) => character.charCodeAt(0))),
    );
    return {
      dispose() {
        text.dispose();
        binary.dispose();
      },
    };
  }

  onResize(listener: (size: { columns: number; rows: number }) => void): Disposable {
    return this.#xterm.onResize(({ cols, rows }) => listener({ columns: cols, rows }));
  }

  onTitle(listener: (title: string) => void): Disposable {
    return this.#xterm.onTitleChange(listener);
  }

  focus(): void {
    this.#xterm.focus();
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#xterm.dispose();
    this.#styles.dispose();
  }

  /** False keeps a key from the shell. */
  #key(event: KeyboardEvent): boolean {
    // The terminal takes Tab, so another key must lead out of it.
    if (event.key === 'F6') {
      if (event.type === 'keydown') document.querySelector<HTMLElement>('header button')?.focus();
      event.preventDefault();
      return false;
    }
    if (!event.ctrlKey || !event.shiftKey) return true;
    if (event.code === 'KeyC') {
      if (event.type === 'keydown') this.#copy();
      // Chromium would open its inspector.
      event.preventDefault();
      return false;
    }
    // The browser's own paste follows, which needs no permission to read the clipboard.
    return event.code !== 'KeyV';
  }

  #copy(): void {
    const selection = this.#xterm.getSelection();
    // A refused clipboard leaves the selection as it is; the browser has told the user why.
    if (selection !== '') navigator.clipboard.writeText(selection).catch(() => undefined);
  }
}
