/** The shells that the page has open: each a process on a pty, joined to the page by a stream. */
import type { Duplex } from '../lib/duplex.ts';
import type { Disposable } from '../lib/disposable.ts';
import { KindError } from '../lib/errors.ts';
import type { TerminalSize } from '../playground/container-host.ts';

/** A process on a pty, as the host opens it. */
export interface ShellProcess {
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  resize(columns: number, rows: number): Promise<void>;
  signal(number: number): Promise<void>;
  readonly exit: Promise<{ readonly code: number }>;
}

/** More than anybody looks at; a page in a loop must not fill the machine. */
export const shellCountMax = 32;
const signalHangUp = 1;

export class Shells {
  readonly #shells = new Map<number, ShellProcess>();
  readonly #exits = new Map<number, Promise<number>>();
  #count = 0;

  /** Joins a shell to its stream; resolves with the number that names it. */
  open(process: ShellProcess, stream: Duplex & Disposable): number {
    if (this.#shells.size >= shellCountMax) {
      stream.dispose();
      this.#hangUp(process);
      throw new KindError('resourceExhausted', `Cannot open shell: ${shellCountMax} are open`);
    }
    const shell = ++this.#count;
    this.#shells.set(shell, process);
    this.#exits.set(shell, this.#join(shell, process, stream));
    return shell;
  }

  async resize(shell: number, { columns, rows }: TerminalSize): Promise<void> {
    await this.#shells.get(shell)?.resize(columns, rows);
  }

  /** Resolves when the shell ended and its output is with the page; may be asked once. */
  wait(shell: number): Promise<number> {
    const exit = this.#exits.get(shell);
    this.#exits.delete(shell);
    return exit ?? Promise.reject(new KindError('notFound', `No such shell: ${shell}`));
  }

  async #join(shell: number, process: ShellProcess, stream: Duplex & Disposable): Promise<number> {
    // When the page lets go of a terminal, its shell gets what a closed window sends.
    const output = process.stdout.pipeTo(stream.writable).catch(() => this.#hangUp(process));
    const input = stream.readable.pipeTo(process.stdin).catch(() => this.#hangUp(process));
    try {
      const { code } = await process.exit;
      await output;
      return code;
    } finally {
      this.#shells.delete(shell);
      stream.dispose();
      await input;
    }
  }

  #hangUp(process: ShellProcess): void {
    // It may be gone already, which is what is wanted.
    process.signal(signalHangUp).catch(() => undefined);
  }
}
