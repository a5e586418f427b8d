/** What a view is given, without a page: for tests of views and their view-models. */
import type { ApiHandler } from '../../api/http.ts';
import { ApiClient } from '../../client/api-client.ts';
import { toDisposable } from '../../lib/disposable.ts';
import { FakeHost } from '../fake-host.ts';
import { Language } from '../language.svelte.ts';
import { Session } from '../session.svelte.ts';
import type { ViewId, ViewMachine, ViewServices } from './view-services.ts';

export class FakeServices implements ViewServices {
  readonly session: Session;
  readonly language: Language;
  readonly typed: string[] = [];
  readonly opened: { readonly title: string; readonly commandLine: string }[] = [];
  readonly shown: ViewId[] = [];
  readonly wantedFile: string | undefined = undefined;
  listeners = 0;
  readonly #machine: ViewMachine;

  constructor(api: ApiHandler, language = 'en') {
    const host = new FakeHost({ api });
    this.session = new Session({ createHost: () => host });
    this.language = new Language([language]);
    this.#machine = { client: new ApiClient(api), host };
  }

  onMachine(listener: (machine: ViewMachine) => void) {
    this.listeners += 1;
    listener(this.#machine);
    return toDisposable(() => {
      this.listeners -= 1;
    });
  }

  runInTerminal(commandLine: string): void {
    this.typed.push(commandLine);
  }

  openTerminal(terminal: { readonly title: string; readonly commandLine: string }): void {
    this.opened.push(terminal);
  }

  openPort(): Promise<void> {
    return Promise.resolve();
  }

  openFile(): void {}

  fileTaken(): void {}

  show(view: ViewId): void {
    this.shown.push(view);
  }

  arrange(): void {}
}

/** An engine that answers by path (without version and query) with a value as JSON; of all other paths it opens a stream. */
export class FakeApi {
  readonly asked: string[] = [];
  /** Paths that are not found. */
  readonly missing = new Set<string>();
  readonly answers: Record<string, unknown>;
  readonly #streams = new Map<string, ReadableStreamDefaultController<Uint8Array>>();

  constructor(answers: Record<string, unknown> = {}) {
    this.answers = answers;
  }

  readonly handler: ApiHandler = ({ path, signal }) => {
    const plain = path.replace(/^\/v[0-9.]+/, '').replace(/\?.*$/, '');
    this.asked.push(plain);
    const headers = { 'content-type': 'application/json' };
    if (this.missing.has(plain))
      return Promise.resolve({ status: 404, headers, body: encode({ message: `no ${plain}` }) });
    if (plain in this.answers)
      return Promise.resolve({ status: 200, headers, body: encode(this.answers[plain]) });
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#streams.set(plain, controller);
        signal?.addEventListener('abort', () => {
          if (this.#streams.get(plain) === controller) this.#streams.delete(plain);
          controller.error(signal.reason);
        });
      },
    });
    return Promise.resolve({ status: 200, headers, body });
  };

  isOpen(path: string): boolean {
    return this.#streams.has(path);
  }

  /** Sends a line of JSON on the open stream of a path. */
  send(path: string, value: unknown): void {
    this.#streams.get(path)?.enqueue(encode(value));
  }

  /** Tells of something that happened to `c`. */
  tell(action: string, type = 'container'): void {
    const Actor = { ID: 'c', Attributes: {} };
    this.send('/events', { Type: type, Action: action, Actor, time: 1, timeNano: 1 });
  }

  /** How often a path was asked for. */
  count(path: string): number {
    return this.asked.filter((asked) => asked === path).length;
  }
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}
