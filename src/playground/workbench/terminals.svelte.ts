/** The terminals of the page, one of them in front. There is always one. */
import type { SavedTerminal } from '../../api/sessions.ts';
import type { Disposable } from '../../lib/disposable.ts';
import type { ContainerHost } from '../container-host.ts';
import type { Session } from '../session.svelte.ts';
import type { Strings } from '../strings/en.ts';
import { Terminal } from '../terminal.svelte.ts';

/** Each is a shell with a pseudo terminal of the machine's, and a screen with its history in the page. */
export const terminalsMax = 12;

export interface TerminalTab {
  readonly id: number;
  /** What it is called until its shell says otherwise; undefined for a plain shell, which has a number. */
  readonly title: string | undefined;
  readonly terminal: Terminal;
}

export interface NewTerminal {
  readonly title?: string;
  /** Typed into the new shell as soon as it shows its prompt. */
  readonly commandLine?: string;
}

export class Terminals implements Disposable {
  #tabs = $state.raw<readonly TerminalTab[]>([]);
  #active = $state(0);
  #nextId = 1;
  readonly #session: Session;
  readonly #strings: () => Strings;
  readonly #hosts: Disposable;
  #host: ContainerHost | undefined;

  constructor(session: Session, strings: () => Strings) {
    this.#session = session;
    this.#strings = strings;
    this.open();
    this.#hosts = session.onHost((host) => void this.#reopen(host));
  }

  get tabs(): readonly TerminalTab[] {
    return this.#tabs;
  }
  get active(): TerminalTab {
    const tab = this.#tabs.find(({ id }) => id === this.#active) ?? this.#tabs[0];
    if (tab === undefined) throw new Error('There is no terminal');
    return tab;
  }
  get isFull(): boolean {
    return this.#tabs.length >= terminalsMax;
  }

  /** The title that the shell chose, else the one it was opened with. */
  nameOf({ id, title, terminal }: TerminalTab): string {
    return terminal.title || title || this.#strings().terminalNumber(id);
  }

  /** Opens a terminal in front. When there are as many as may be, the oldest other one makes room. */
  open({ title, commandLine }: NewTerminal = {}): void {
    if (this.isFull) {
      const oldest = this.#tabs.find(({ id }) => id !== this.#active);
      if (oldest !== undefined) this.close(oldest.id);
    }
    const { id, terminal } = this.#add(title);
    if (commandLine !== undefined) terminal.run(commandLine);
    this.#active = id;
  }

  /** What all of them show, to be kept with a saved machine. */
  saved(): SavedTerminal[] {
    return this.#tabs.flatMap(({ title, terminal }) => {
      const saved = terminal.saved();
      return saved === undefined ? [] : [{ ...saved, title: terminal.title || (title ?? '') }];
    });
  }

  /** Hangs the shell up. The last terminal that is closed is followed by a new one. */
  close(id: number): void {
    const at = this.#tabs.findIndex((tab) => tab.id === id);
    const closed = this.#tabs[at];
    if (closed === undefined) return;
    const left = this.#tabs.filter((tab) => tab !== closed);
    const neighbour = left[Math.min(at, left.length - 1)];
    if (this.#active === id && neighbour !== undefined) this.#active = neighbour.id;
    this.#tabs = left;
    closed.terminal.dispose();
    if (neighbour === undefined) this.open();
  }

  show(id: number): void {
    if (this.#tabs.some((tab) => tab.id === id)) this.#active = id;
  }

  /** Shows the one so many places further, around the end; negative goes back. */
  step(places: number): void {
    const count = this.#tabs.length;
    const at = this.#tabs.findIndex(({ id }) => id === this.#active);
    const tab = this.#tabs[(at + places + count) % count];
    if (tab !== undefined) this.#active = tab.id;
  }

  dispose(): void {
    this.#hosts.dispose();
    for (const { terminal } of this.#tabs) terminal.dispose();
  }

  #add(title?: string): TerminalTab {
    const tab = {
      id: this.#nextId++,
      title,
      terminal: new Terminal(this.#session, this.#strings),
    };
    this.#tabs = [...this.#tabs, tab];
    return tab;
  }

  /** As many as there were when the machine was saved: each takes up one of its shells. */
  async #reopen(host: ContainerHost): Promise<void> {
    this.#host = host;
    const saved = (await host.savedTerminals) ?? [];
    if (host !== this.#host) return;
    while (this.#tabs.length < Math.min(saved.length, terminalsMax)) this.#add();
  }
}
