/** HTTP/1.1 to one server, over connections that are kept and used again. */
import type { Disposable } from '../../lib/disposable.ts';
import type { Duplex } from '../../lib/duplex.ts';
import { KindError } from '../../lib/errors.ts';
import { token } from '../../lib/http/head.ts';
import {
  HttpConnection,
  StaleConnectionError,
  type HttpRequest,
  type HttpResponse,
} from './http-connection.ts';
import { httpClientLimits, type HttpClientLimits } from './limits.ts';

export interface HttpClientOptions {
  /** Opens a connection to the server. */
  readonly connect: () => Promise<Duplex>;
  readonly limits?: Partial<HttpClientLimits>;
}

interface IdleConnection {
  readonly connection: HttpConnection;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** RFC 9110 section 9.2.2: these may be sent a second time. */
const idempotentMethods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'];

export class HttpClient implements Disposable {
  readonly #connect: () => Promise<Duplex>;
  readonly #limits: HttpClientLimits;
  readonly #idle: IdleConnection[] = [];
  readonly #open = new Set<HttpConnection>();
  readonly #waiting: (() => void)[] = [];
  /** Connections that are open or being opened. */
  #count = 0;
  #disposed = false;

  constructor(options: HttpClientOptions) {
    this.#connect = options.connect;
    this.#limits = { ...httpClientLimits, ...options.limits };
  }

  get connectionCount(): number {
    return this.#count;
  }

  /** Rejects with a KindError: `unavailable` when nobody answers, `dataLoss` when it is not HTTP. */
  async request(request: HttpRequest): Promise<HttpResponse> {
    checkRequest(request);
    for (;;) {
      const connection = await this.#take(request.signal);
      try {
        const response = await connection.exchange(request);
        void connection.free.then((reusable) => this.#release(connection, reusable));
        return response;
      } catch (error) {
        this.#drop(connection);
        const again = request.body === undefined && idempotentMethods.includes(request.method);
        if (!(error instanceof StaleConnectionError) || !again) throw error;
      }
    }
  }

  dispose(): void {
    this.#disposed = true;
    for (const { timer } of this.#idle.splice(0)) clearTimeout(timer);
    for (const connection of this.#open) connection.dispose();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #take(signal: AbortSignal | undefined): Promise<HttpConnection> {
    for (;;) {
      if (signal?.aborted === true) {
        this.#waiting.shift()?.();
        throw new KindError('cancelled', 'Request was aborted');
      }
      if (this.#disposed) throw new KindError('cancelled', 'The preview was closed');
      const idle = this.#idle.pop();
      if (idle !== undefined) {
        clearTimeout(idle.timer);
        return idle.connection;
      }
      if (this.#count < this.#limits.connectionCountMax) return this.#dial();
      if (this.#waiting.length >= this.#limits.waitingCountMax)
        throw new KindError('resourceExhausted', 'Too many requests wait for a connection');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async #dial(): Promise<HttpConnection> {
    this.#count++;
    try {
      const connection = new HttpConnection(await this.#connect(), this.#limits);
      this.#open.add(connection);
      if (this.#disposed) connection.dispose();
      return connection;
    } catch (error) {
      this.#count--;
      this.#waiting.shift()?.();
      throw error;
    }
  }

  #release(connection: HttpConnection, reusable: boolean): void {
    if (!reusable || this.#disposed) return this.#drop(connection);
    const drop = (): void => {
      const at = this.#idle.findIndex((idle) => idle.connection === connection);
      // Taken meanwhile: whoever took it finds out.
      if (at < 0) return;
      clearTimeout(this.#idle[at]?.timer);
      this.#idle.splice(at, 1);
      this.#drop(connection);
    };
    this.#idle.push({ connection, timer: setTimeout(drop, this.#limits.idleMs) });
    void connection.untilSpoiled().then(drop);
    this.#waiting.shift()?.();
  }

  #drop(connection: HttpConnection): void {
    connection.dispose();
    if (!this.#open.delete(connection)) return;
    this.#count--;
    this.#waiting.shift()?.();
  }
}

/** What a page may name must not become another request. */
function checkRequest({ method, target, fields }: HttpRequest): void {
  const bad =
    !token.test(method) ||
    !/^[/*][\x21-\x7e]*$/.test(target) ||
    fields.some(([name, value]) => !token.test(name) || /[\0\r\n]/.test(value));
  if (bad) throw new KindError('invalidParameter', 'Cannot send request: it is malformed');
}
