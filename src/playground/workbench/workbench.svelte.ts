/** The page's workbench: terminals, layout, theme and preview together, and what it does for its views. */
import { ApiClient } from '../../client/api-client.ts';
import type { Disposable } from '../../lib/disposable.ts';
import type { Language } from '../language.svelte.ts';
import type { Preview } from '../preview.svelte.ts';
import type { Session } from '../session.svelte.ts';
import type { Arrangement, ViewId, ViewMachine, ViewServices } from '../views/view-services.ts';
import { Layout } from './layout.svelte.ts';
import type { KeptStorage } from '../kept.ts';
import { Terminals } from './terminals.svelte.ts';
import type { NewTerminal } from './terminals.svelte.ts';
import { Theme } from './theme.svelte.ts';

export interface WorkbenchOptions {
  readonly session: Session;
  readonly language: Language;
  readonly preview: Preview;
  /** Absent where the browser forbids it. */
  readonly storage?: KeptStorage | undefined;
}

export class Workbench implements ViewServices, Disposable {
  readonly session: Session;
  readonly language: Language;
  readonly preview: Preview;
  readonly terminals: Terminals;
  readonly layout: Layout;
  readonly theme: Theme;
  /** File that a lesson or a link wants open; the editor takes it when it is there. */
  #wantedFile = $state<string | undefined>();
  #isPaletteOpen = $state(false);
  #awaitedPort: number | undefined;
  readonly #ports: Disposable;

  constructor({ session, language, preview, storage }: WorkbenchOptions) {
    this.session = session;
    this.language = language;
    this.preview = preview;
    this.terminals = new Terminals(session, () => language.strings);
    this.layout = new Layout(storage);
    this.theme = new Theme(storage);
    this.#ports = preview.onPorts(() => this.#openAwaited());
  }

  get wantedFile(): string | undefined {
    return this.#wantedFile;
  }

  /** Of the machine that is ready. */
  get client(): ApiClient | undefined {
    const { host } = this.session;
    return host && new ApiClient(host.api);
  }
  get isPaletteOpen(): boolean {
    return this.#isPaletteOpen;
  }

  togglePalette(open = !this.#isPaletteOpen): void {
    this.#isPaletteOpen = open;
  }

  onMachine(listener: (machine: ViewMachine) => void): Disposable {
    return this.session.onReady((host) => listener({ client: new ApiClient(host.api), host }));
  }

  runInTerminal(commandLine: string): void {
    this.layout.bringForward('terminal');
    this.terminals.active.terminal.run(commandLine);
  }

  openTerminal(options?: NewTerminal): void {
    this.layout.bringForward('terminal');
    this.terminals.open(options);
  }

  show(view: ViewId): void {
    this.layout.show(view);
  }

  async openPort(port: number): Promise<void> {
    await this.preview.open(port);
    this.layout.bringForward('preview');
  }

  closePreview(): void {
    this.preview.close();
    this.layout.previewClosed();
  }

  openFile(path: string): void {
    this.#wantedFile = path;
    this.layout.show('files');
  }

  /** The editor has opened it. */
  fileTaken(): void {
    this.#wantedFile = undefined;
  }

  arrange({ panes, focus, open, preview }: Arrangement): void {
    if (open !== undefined) this.#wantedFile = open;
    const view = panes.find((pane) => pane !== 'terminal' && pane !== 'preview');
    this.layout.beside(view === 'editor' ? 'files' : view);
    this.#awaitedPort = preview;
    this.#openAwaited();
    if (focus === 'terminal') this.terminals.active.terminal.focus();
  }

  dispose(): void {
    this.#ports.dispose();
    this.terminals.dispose();
  }

  #openAwaited(): void {
    const awaited = this.#awaitedPort;
    if (awaited === undefined || !this.preview.ports.some(({ port }) => port === awaited)) return;
    this.#awaitedPort = undefined;
    void this.openPort(awaited);
  }
}
