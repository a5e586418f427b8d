/** An Engine API for the tests of the views: what it answers to each GET, and events that a test tells. */
import type { ApiHandler } from '../../../api/http.ts';
import { ApiClient } from '../../../client/api-client.ts';
import { FakeHost } from '../../fake-host.ts';
import type { ViewMachine, ViewServices } from '../view-services.ts';

export class FakeMachineApi {
  /** By path without version and query; a missing one is 404, a function is asked each time. */
  readonly answers: Record<string, unknown>;
  /** Paths asked for, in order. */
  readonly asked: string[] = [];
  #events: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(answers: Record<string, unknown>) {
    this.answers = answers;
  }

  readonly handler: ApiHandler = async ({ path, signal }) => {
    const name = path.replace(/^\/v[\d.]+/, '').replace(/\?.*$/, '');
    this.asked.push(name);
    if (name === '/events') {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          this.#events = controller;
          signal?.addEventListener('abort', () => controller.error(signal.reason));
        },
      });
      return { status: 200, headers: {}, body };
    }
    const answer = this.answers[name];
    const headers = { 'content-type': 'application/json' };
    if (answer === undefined)
      return { status: 404, headers, body: encode({ message: `no ${name}` }) };
    return { status: 200, headers, body: encode(answer) };
  };

  get services(): Pick<ViewServices, 'onMachine'> {
    const machine: ViewMachine = {
      client: new ApiClient(this.handler),
      host: new FakeHost({ api: this.handler }),
    };
    return {
      onMachine: (listener) => {
        listener(machine);
        return { dispose: () => undefined };
      },
    };
  }

  /** How often a path was asked for. */
  count(name: string): number {
    return this.asked.filter((asked) => asked === name).length;
  }

  tell(action: string, type = 'container'): void {
    const event = {
      Type: type,
      Action: action,
      Actor: { ID: 'x', Attributes: {} },
      time: 1,
      timeNano: 1,
    };
    this.#events?.enqueue(encode(event));
  }
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}
