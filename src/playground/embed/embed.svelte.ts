/** An embed: one machine that forgets, its terminal, and the panes that the page around asked for. */
import { ApiClient } from '../../client/api-client.ts';
import { saveCommand } from '../../lesson/shell-words.ts';
import { DisposableStore, type Disposable } from '../../lib/disposable.ts';
import { KindError } from '../../lib/errors.ts';
import { Attention } from '../attention.ts';
import type { ContainerHost } from '../container-host.ts';
import { pickLanguage, type Language } from '../language.svelte.ts';
import type { Preview } from '../preview.svelte.ts';
import type { Session } from '../session.svelte.ts';
import { Terminal } from '../terminal.svelte.ts';
import type {
  Arrangement,
  LessonWish,
  ViewId,
  ViewMachine,
  ViewServices,
} from '../views/view-services.ts';
import type { EmbedOptions } from './embed-options.ts';
import type { EmbedPane, EmbedSettings, EmbedSetup, EmbedTheme } from './protocol.ts';

/** Scrolling past must not stop and start. */
const patienceMs = 1000;
/** A tab does not tell when it is closed. */
const tabLookMs = 1000;

export interface EmbedParts {
  readonly session: Session;
  readonly language: Language;
  readonly options: EmbedOptions;
  readonly preview: Preview;
  /** Opens a page of the site's in a tab; null where the browser forbids it. */
  readonly openTab: (address: string) => OpenedTab | null;
}

export interface OpenedTab {
  readonly closed: boolean;
}

export class Embed implements ViewServices, Disposable {
  readonly session: Session;
  readonly language: Language;
  /** In its pane where there is one, in a tab otherwise. */
  readonly preview: Preview;
  readonly terminal: Terminal;
  readonly lesson: LessonWish;
  #panes = $state.raw<readonly EmbedPane[]>(['terminal']);
  #theme = $state<EmbedTheme>('system');
  #started = $state(false);
  #wantedFile = $state<string | undefined>();
  /** Port of the lesson's step, once somebody listens. */
  #awaitedPort: number | undefined;
  readonly #ports: Disposable;
  readonly #options: EmbedOptions;
  readonly #openTab: EmbedParts['openTab'];
  readonly #attention: Attention;
  readonly #checkListeners = new Set<(check: { step: string; id: string }) => void>();
  readonly #ready: Promise<ContainerHost>;
  #setup: EmbedSetup | undefined;
  /** Whoever asks something of the machine finds the files there. Never rejects. */
  #prepared: Promise<void> = Promise.resolve();

  constructor({ session, language, options, preview, openTab }: EmbedParts) {
    this.session = session;
    this.#openTab = openTab;
    this.preview = preview;
    this.language = language;
    this.#options = options;
    this.terminal = new Terminal(session, () => language.strings);
    this.#attention = new Attention({ session, patienceMs });
    this.lesson = {
      address: options.lesson,
      checkPassed: (check) => {
        for (const listener of this.#checkListeners) listener(check);
      },
    };
    this.#ready = new Promise((resolve) => session.onReady(resolve));
    this.#panes = options.panes;
    this.#ports = preview.onPorts(() => this.#followPorts());
    this.apply(options.settings);
    const { awaitsSetup, command, repository } = options;
    if (!awaitsSetup && (command ?? repository) !== undefined)
      this.prepare(command === undefined ? { files: {} } : { files: {}, command });
  }

  get panes(): readonly EmbedPane[] {
    return this.#panes;
  }
  get theme(): EmbedTheme {
    return this.#theme;
  }
  get readonly(): boolean {
    return this.terminal.locked;
  }
  /** The machine was asked to start; a failure is the session's to tell. */
  get started(): boolean {
    return this.#started;
  }

  boot(): void {
    if (this.#started) return;
    this.#started = true;
    void this.session.start();
  }

  /** Whether the embed is in view: a machine out of view stops, and one that starts by being seen starts. */
  see(seen: boolean): void {
    this.#attention.see(seen);
    if (this.#options.boot === 'load' || (seen && this.#options.boot === 'view')) this.boot();
  }

  apply({ theme, lang, panes, readonly }: EmbedSettings): void {
    if (theme !== undefined) this.#theme = theme;
    if (lang !== undefined) this.language.choose(pickLanguage([lang]));
    if (panes !== undefined) this.#panes = panes;
    this.#followPorts();
    if (readonly !== undefined) this.terminal.locked = readonly;
  }

  /** Does the setup as soon as there is a machine. Once. */
  prepare(setup: EmbedSetup): void {
    if (this.#setup !== undefined) return;
    this.#setup = setup;
    this.#prepared = this.#ready.then((host) =>
      this.#attention.hold(() => this.#doSetup(setup, host)),
    );
  }

  /** Starts the machine when nobody has, and lets it run until `work` is done. */
  async withMachine<T>(work: (host: ContainerHost) => Promise<T>): Promise<T> {
    this.boot();
    return this.#attention.hold(async () => {
      const host = await this.#host();
      await this.#prepared;
      return work(host);
    });
  }

  onCheck(listener: (check: { step: string; id: string }) => void): Disposable {
    this.#checkListeners.add(listener);
    return { dispose: () => this.#checkListeners.delete(listener) };
  }

  onMachine(listener: (machine: ViewMachine) => void): Disposable {
    return this.session.onReady((host) => listener({ client: new ApiClient(host.api), host }));
  }

  runInTerminal(commandLine: string): void {
    this.boot();
    this.#typeInto(commandLine);
  }

  /** There is one terminal: whatever wants its own is typed into it. */
  openTerminal({ commandLine }: { readonly commandLine: string }): void {
    this.#typeInto(commandLine);
  }

  show(view: ViewId | 'preview'): void {
    if (!this.#panes.includes(view)) this.#panes = [...this.#panes, view];
  }

  /** The page around has chosen the panes; a lesson says which file the editor shows, and which port the preview. */
  arrange({ open, preview }: Arrangement): void {
    if (open !== undefined) this.#wantedFile = open;
    this.#awaitedPort = preview;
    this.#followPorts();
  }

  async openPort(port: number): Promise<void> {
    if (this.#panes.includes('preview')) await this.preview.open(port);
    else await this.openTab(port);
  }

  /** While the tab is open the machine runs although the embed is not seen. */
  async openTab(port: number, address = '/'): Promise<void> {
    await this.preview.prepare();
    if (this.preview.originOf(port) === undefined) return;
    const tab = this.#openTab(`preview.html#${port}${address}`);
    if (tab !== null) void this.#attention.hold(() => isClosed(tab));
  }

  get wantedFile(): string | undefined {
    return this.#wantedFile;
  }

  openFile(path: string): void {
    this.#wantedFile = path;
    if (this.#panes.includes('files')) this.show('files');
  }

  fileTaken(): void {
    this.#wantedFile = undefined;
  }

  dispose(): void {
    this.#ports.dispose();
    this.preview.dispose();
    this.#attention.dispose();
    this.terminal.dispose();
    this.session.dispose();
  }

  /** The machine that is ready, or the next; rejects when the start fails. */
  #host(): Promise<ContainerHost> {
    return new Promise((resolve, reject) => {
      const store = new DisposableStore();
      const settle = (action: () => void): void => {
        action();
        queueMicrotask(() => store.dispose());
      };
      store.add(this.session.onReady((host) => settle(() => resolve(host))));
      store.add(
        this.session.onPhase((phase, cause) => {
          if (phase === 'failed') settle(() => reject(new KindError('unavailable', cause)));
        }),
      );
    });
  }

  /** Shows the port that the lesson waits for, or else, in an empty preview, the first one. */
  #followPorts(): void {
    const { ports, shown } = this.preview;
    const awaited = ports.find(({ port }) => port === this.#awaitedPort);
    if (awaited !== undefined) {
      this.#awaitedPort = undefined;
      if (this.#options.settings.panes === undefined) this.show('preview');
    }
    const [wanted = awaited] = awaited === undefined && shown === undefined ? ports : [];
    if (wanted !== undefined && this.#panes.includes('preview'))
      void this.preview.open(wanted.port);
  }

  #typeInto(commandLine: string): void {
    this.terminal.run(commandLine);
  }

  async #doSetup({ files, command }: EmbedSetup, host: ContainerHost): Promise<void> {
    try {
      for (const [path, content] of Object.entries(files))
        await host.run(saveCommand(path, content));
    } catch {
      return; // the machine is lost, which shows
    }
    const { repository } = this.#options;
    if (repository !== undefined) this.#typeInto(repository.commandLine);
    if (command !== undefined) this.#typeInto(command);
  }
}

function isClosed(tab: OpenedTab): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!tab.closed) return;
      clearInterval(timer);
      resolve();
    }, tabLookMs);
  });
}
