/** The service worker's way to the engine: a port, over which every request of the previewed pages goes. */
import { portDuplex } from '../../lib/port-duplex.ts';
import type { Field } from '../../preview/http/response-head.ts';
import type { PreviewRequest, PreviewResponse, VisibleCookie } from '../../preview/protocol.ts';

/** A port of a tab that was closed says nothing any more; one that spoke so recently is there. */
const freshMs = 2000;
const pongTimeoutMs = 1000;

export interface EngineAnswer {
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly Field[];
  readonly body: ReadableStream<Uint8Array>;
}

interface Pending {
  readonly resolve: (answer: EngineAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly body: ReadableStream<Uint8Array>;
}

export class EngineLink {
  readonly #port: MessagePort;
  readonly #pending = new Map<number, Pending>();
  readonly #onCookies: (cookies: readonly VisibleCookie[]) => void;
  #idNext = 1;
  #heardAtMs = 0;
  #onPong: (() => void)[] = [];
  #closed = false;
  cookies: readonly VisibleCookie[] = [];

  constructor(port: MessagePort, onCookies: (cookies: readonly VisibleCookie[]) => void) {
    this.#port = port;
    this.#onCookies = onCookies;
    port.addEventListener('message', ({ data }: MessageEvent<PreviewResponse>) => this.#take(data));
    port.addEventListener('close', () => (this.#closed = true));
    port.start();
  }

  /** Whether somebody is at the other end. */
  async isAlive(): Promise<boolean> {
    if (this.#closed) return false;
    if (Date.now() - this.#heardAtMs < freshMs) return true;
    this.send({ type: 'ping' });
    return Promise.race([
      new Promise<boolean>((resolve) => this.#onPong.push(() => resolve(true))),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), pongTimeoutMs)),
    ]);
  }

  send(message: PreviewRequest, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  /** Rejects with the reason when nobody answers, or not in HTTP. */
  async fetch(
    request: {
      readonly method: string;
      readonly target: string;
      readonly fields: readonly Field[];
    },
    options: {
      readonly body: ReadableStream<Uint8Array> | undefined;
      readonly signal: AbortSignal;
    },
  ): Promise<EngineAnswer> {
    const id = this.#idNext++;
    const { port1, port2 } = new MessageChannel();
    const { readable, writable } = portDuplex(port1);
    const { body, signal } = options;
    const answer = new Promise<EngineAnswer>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, body: readable });
    });
    this.send({ type: 'request', id, ...request, hasBody: body !== undefined }, [port2]);
    const sent = body === undefined ? writable.close() : body.pipeTo(writable);
    sent.catch(() => undefined); // the answer tells
    signal.addEventListener('abort', () => this.send({ type: 'abort', id }), { once: true });
    return answer.finally(() => this.#pending.delete(id));
  }

  #take(message: PreviewResponse): void {
    this.#heardAtMs = Date.now();
    switch (message.type) {
      case 'pong':
        for (const tell of this.#onPong.splice(0)) tell();
        return;
      case 'cookies':
        this.cookies = message.cookies;
        return this.#onCookies(message.cookies);
      case 'failed':
        return this.#pending.get(message.id)?.reject(new Error(message.message));
      case 'response': {
        const pending = this.#pending.get(message.id);
        const { status, reason, fields } = message;
        pending?.resolve({ status, reason, fields, body: pending.body });
      }
    }
  }
}
