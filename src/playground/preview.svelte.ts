/**
 * Previews of published ports: which ports there are, and which one the page shows. Documents of a preview come to the
 * engine only through `connect`, each to the one port that its origin names.
 */
import type { Disposable } from '../lib/disposable.ts';
import { parsePreviewOrigin, previewOrigin } from '../preview/preview-origin.ts';
import type { PublishedPort } from '../preview/published-port.ts';
import type { ContainerHost } from './container-host.ts';
import type { Session } from './session.svelte.ts';

export interface PreviewOptions {
  /** Asks for the template of the previews' origins; undefined when the site has none. */
  readonly loadTemplate: () => Promise<string | undefined>;
  /** 16 hex digits that nobody can guess, the same for the life of the tab. */
  readonly sessionName: () => Promise<string>;
}

export class Preview implements Disposable {
  readonly #options: PreviewOptions;
  readonly #ready: Disposable;
  #ports = $state.raw<readonly PublishedPort[]>([]);
  #shown = $state<number | undefined>();
  #template = $state<string | undefined>();
  #sessionName = '';
  #setUp: Promise<void> | undefined;
  #host: ContainerHost | undefined;
  readonly #portListeners = new Set<() => void>();

  constructor(session: Session, options: PreviewOptions) {
    this.#options = options;
    this.#ready = session.onReady((host) => {
      this.#host = host;
      host.watchPorts((ports) => {
        if (this.#host !== host) return;
        this.#ports = ports;
        for (const listener of this.#portListeners) listener();
      });
    });
  }

  /** TCP ports with somebody who listens. */
  get ports(): readonly PublishedPort[] {
    return this.#ports.filter(({ listening, protocol }) => listening && protocol === 'tcp');
  }
  /** The port that the page shows. */
  get shown(): number | undefined {
    return this.#shown;
  }
  /** Whether the shown port leads to a container still. */
  get isPublished(): boolean {
    return this.#ports.some(({ port, protocol }) => port === this.#shown && protocol === 'tcp');
  }
  /** Where the shown port is; undefined while that is asked for, and when the site shows no previews. */
  get origin(): string | undefined {
    return this.#shown === undefined ? undefined : this.originOf(this.#shown);
  }

  /** Calls back whenever the published ports change. */
  onPorts(listener: () => void): Disposable {
    this.#portListeners.add(listener);
    return { dispose: () => this.#portListeners.delete(listener) };
  }

  originOf(port: number): string | undefined {
    if (this.#template === undefined) return undefined;
    return previewOrigin(this.#template, { port, session: this.#sessionName });
  }

  /** Asks whether the site shows previews: `originOf` answers afterwards. */
  prepare(): Promise<void> {
    return (this.#setUp ??= this.#load());
  }

  async open(port: number): Promise<void> {
    await this.prepare();
    this.#shown = port;
  }

  close(): void {
    this.#shown = undefined;
  }

  /**
   * Gives a document of this origin a way to the engine: the other end of `link`. False when the origin is not that of
   * a port of this tab that is published.
   */
  connect(origin: string, link: MessagePort): boolean {
    const template = this.#template ?? '';
    const address = parsePreviewOrigin(template, origin);
    if (address === undefined || address.session !== this.#sessionName) return false;
    const { port } = address;
    const isPublished = this.#ports.some(
      (known) => known.port === port && known.protocol === 'tcp',
    );
    if (!isPublished || this.#host === undefined) return false;
    this.#host.openPreview({ port, origin }, link);
    return true;
  }

  dispose(): void {
    this.#ready.dispose();
  }

  async #load(): Promise<void> {
    this.#sessionName = await this.#options.sessionName();
    this.#template = await this.#options.loadTemplate();
  }
}
