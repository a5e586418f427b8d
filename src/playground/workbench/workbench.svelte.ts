/** The page's workbench: terminals, layout, theme and preview together, and what it does for its views. */
import { ApiClient } from '../../client/api-client.ts';
import type { Disposable } from '../../lib/disposable.ts';
import type { Language } from '../language.svelte.ts';
import type { Preview } from '../preview.svelte.ts';
import type { Session } from '../session.svelte.ts';
import type { Arrangement, ViewId, ViewMachine, ViewServices } from '../views/view-services.ts';
import { Layout } from './layout.svelte.ts';
import type { KeptStorage } from '../kept.ts';
import { Resume } from '../sessions/resume.svelte.ts';
import { isShareFragment } from '../share/share-fragment.ts';
import { Terminals } from './terminals.svelte.ts';
import type { NewTerminal } from './terminals.svelte.ts';
import { Theme } from './theme.svelte.ts';

/** What asks the learner something, over the page. */
export type DialogId = 'share' | 'repository' | 'sessions' | 'keys';

export interface WorkbenchOptions {
  readonly session: Session;
  readonly language: Language;
  readonly preview: Preview;
  /** Absent where the browser forbids it. */
  readonly storage?: KeptStorage | undefined;
  /** Whether the machine reaches the Internet, as far as the site allows; asked when somebody wants to know. */
  readonly hasWayOut?: () => Promise<boolean>;
}

export class Workbench implements ViewServices, Disposable {
  readonly session: Session;
  readonly language: Language;
  readonly preview: Preview;
  readonly terminals: Terminals;
  readonly layout: Layout;
  readonly theme: Theme;
  readonly resume: Resume;
  /** File that a lesson or a link wants open; the editor takes it when it is there. */
  #wantedFile = $state<string | undefined>();
  #isPaletteOpen = $state(false);
  #dialog = $state<DialogId | undefined>();
  #link = $state<string | undefined>();
  readonly hasWayOut: () => Promise<boolean>;
  #awaitedPort: number | undefined;
  readonly #ports: Disposable;

  constructor(options: WorkbenchOptions) {
    const { session, language, preview, storage } = options;
    this.session = session;
    this.language = language;
    this.preview = preview;
    this.terminals = new Terminals(session, () => language.strings);
    this.layout = new Layout(storage);
    this.theme = new Theme(storage);
    this.resume = new Resume({ session, storage, terminals: () => this.terminals.saved() });
    this.hasWayOut = options.hasWayOut ?? (() => Promise.resolve(false));
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

  get dialog(): DialogId | undefined {
    return this.#dialog;
  }
  /** Fragment of the share link that the visitor came with, until they have decided. */
  get link(): string | undefined {
    return this.#link;
  }

  openDialog(dialog: DialogId | undefined): void {
    this.#dialog = dialog;
  }

  /** `fragment`: of the page's address; nothing happens unless it is a share link's. */
  openLink(fragment: string): void {
    if (isShareFragment(fragment)) this.#link = fragment;
  }

  /** The visitor has decided. */
  closeLink(): void {
    this.#link = undefined;
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
    this.resume.dispose();
    this.terminals.dispose();
  }

  #openAwaited(): void {
    const awaited = this.#awaitedPort;
    if (awaited === undefined || !this.preview.ports.some(({ port }) => port === awaited)) return;
    this.#awaitedPort = undefined;
    void this.openPort(awaited);
  }
}
