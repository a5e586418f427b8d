/**
 * `<bottle-ship>`: an embed in any page, from one script without dependencies. Works under a strict policy: the page needs
 * `script-src` and `frame-src` for this site and nothing inline. src/playground/embed/README.md documents attributes,
 * methods and events.
 */
import {
  embedVersion,
  type EmbedAnswer,
  type EmbedConnect,
  type EmbedEvent,
  type EmbedRequest,
  type EmbedRunResult,
  type EmbedSettings,
} from '../../playground/embed/protocol.ts';

/** What goes into the frame's address as it is. */
const addressAttributes = [
  'image',
  'repository',
  'course',
  'lesson',
  'step',
  'panes',
  'theme',
  'lang',
  'boot',
  'readonly',
] as const;
/** What may change while the frame is there. */
const settingAttributes = ['panes', 'theme', 'lang', 'readonly'] as const;

/**
 * Scripts, workers and storage need an origin of its own (`allow-same-origin`: the embed's, not the page's). It may not
 * navigate the page around it, open dialogs, or use devices. Links of lessons open tabs that are free of the sandbox.
 */
const sandbox =
  'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads';

const script = document.currentScript as HTMLScriptElement | null;
const siteDefault = new URL('./', script?.src ?? document.baseURI).href;

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

class BottleShip extends HTMLElement {
  static readonly observedAttributes = settingAttributes;
  #frame: HTMLIFrameElement | undefined;
  #port: MessagePort | undefined;
  #queue: EmbedRequest[] = [];
  #nextId = 1;
  readonly #waiting = new Map<number, Waiting>();
  readonly #hear = (event: MessageEvent): void => this.#greet(event);
  /** Text by absolute path, written before the command runs; the attribute holds it as JSON. */
  files: Readonly<Record<string, string>> = {};

  connectedCallback(): void {
    if (this.#frame !== undefined) return;
    window.addEventListener('message', this.#hear);
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', sandbox);
    frame.allow = 'clipboard-write; fullscreen';
    frame.title = this.getAttribute('title') ?? 'Bottleship';
    // Set by script, which no style policy forbids.
    frame.style.cssText = 'width:100%;height:100%;border:0;display:block;border-radius:inherit';
    if (getComputedStyle(this).display === 'inline') this.style.display = 'block';
    if (this.style.height === '' && this.clientHeight === 0) this.style.height = '26rem';
    frame.src = this.#address();
    this.#frame = frame;
    (this.shadowRoot ?? this.attachShadow({ mode: 'open' })).append(frame);
  }

  disconnectedCallback(): void {
    window.removeEventListener('message', this.#hear);
    this.#port?.close();
    this.#port = undefined;
    this.#frame?.remove();
    this.#frame = undefined;
    for (const { reject } of this.#waiting.values()) reject(new Error('The embed was removed'));
    this.#waiting.clear();
    this.#queue = [];
  }

  attributeChangedCallback(): void {
    if (this.#frame === undefined) return;
    const panes = this.getAttribute('panes')?.split(',') as
      | NonNullable<EmbedSettings['panes']>
      | undefined;
    const theme = this.getAttribute('theme') as NonNullable<EmbedSettings['theme']> | null;
    const lang = this.getAttribute('lang');
    const settings: EmbedSettings = {
      ...(panes === undefined ? {} : { panes }),
      ...(theme === null ? {} : { theme }),
      ...(lang === null ? {} : { lang }),
      readonly: this.hasAttribute('readonly'),
    };
    void this.#ask({ type: 'set', settings }).catch(() => undefined);
  }

  /** Starts the machine, where `boot` says click or view. */
  boot(): Promise<void> {
    return this.#ask({ type: 'boot' });
  }
  /** Runs a command line without a terminal. */
  run(command: string): Promise<EmbedRunResult> {
    return this.#ask({ type: 'run', command });
  }
  /** Types a command line into the terminal. */
  type(command: string): Promise<void> {
    return this.#ask({ type: 'type', command });
  }
  write(path: string, content: string): Promise<void> {
    return this.#ask({ type: 'write', path, content });
  }
  read(path: string): Promise<string> {
    return this.#ask({ type: 'read', path });
  }
  /** Asks for `output` events. */
  listen(output = true): Promise<void> {
    return this.#ask({ type: 'subscribe', output });
  }

  get #site(): string {
    return new URL(this.getAttribute('src') ?? siteDefault, document.baseURI).href;
  }

  #address(): string {
    const url = new URL('embed.html', this.#site);
    for (const name of addressAttributes) {
      const value = this.getAttribute(name);
      if (value !== null)
        url.searchParams.set(name, value === '' && name === 'readonly' ? 'true' : value);
    }
    url.searchParams.set('setup', 'host');
    // A page without an origin of its own (a file, a sandboxed frame) cannot be named.
    if (location.origin !== 'null') url.searchParams.set('host', location.origin);
    return url.href;
  }

  #greet(event: MessageEvent): void {
    const contentWindow = this.#frame?.contentWindow ?? undefined;
    if (contentWindow === undefined || event.source !== contentWindow) return;
    const { origin } = new URL(this.#site);
    if (event.origin !== origin) return;
    const hello = event.data as { readonly type?: unknown; readonly version?: unknown } | null;
    if (hello?.type !== 'bottleship-embed-hello') return;
    if (hello.version !== embedVersion) {
      console.error(`<bottle-ship>: the script speaks version ${embedVersion}, the embed another`);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    this.#port?.close();
    this.#port = port1;
    port1.addEventListener('message', ({ data }) =>
      this.#receive(data as EmbedAnswer | EmbedEvent),
    );
    port1.start();
    const connect: EmbedConnect = {
      type: 'bottleship-embed-connect',
      version: embedVersion,
      setup: this.#setup(),
    };
    contentWindow.postMessage(connect, origin, [port2]);
    for (const request of this.#queue.splice(0)) port1.postMessage(request);
  }

  #setup(): NonNullable<EmbedConnect['setup']> {
    const image = this.getAttribute('image');
    const command =
      this.getAttribute('command') ?? (image === null ? undefined : `docker run --rm -it ${image}`);
    const files = { ...filesOf(this.getAttribute('files')), ...this.files };
    return command === undefined ? { files } : { files, command };
  }

  #ask<T>(request: Unnumbered<EmbedRequest>): Promise<T> {
    const id = this.#nextId++;
    const numbered = { ...request, id } as EmbedRequest;
    if (this.#port === undefined) this.#queue.push(numbered);
    else this.#port.postMessage(numbered);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #receive(message: EmbedAnswer | EmbedEvent): void {
    if (message.type === 'answer') {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if ('error' in message) waiting?.reject(new Error(message.error));
      else waiting?.resolve(message.value as never);
      return;
    }
    const { type, ...detail } = message;
    if (message.type === 'output')
      this.#port?.postMessage({ type: 'read-output', characters: message.text.length });
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** An attribute that is no JSON is the page's mistake, which must not cost it the rest of the embed. */
function filesOf(attribute: string | null): Readonly<Record<string, string>> {
  try {
    return JSON.parse(attribute ?? '{}') as Record<string, string>;
  } catch (error) {
    console.error(`<bottle-ship>: the attribute "files" is no JSON: ${String(error)}`);
    return {};
  }
}

if (customElements.get('bottle-ship') === undefined)
  customElements.define('bottle-ship', BottleShip);
