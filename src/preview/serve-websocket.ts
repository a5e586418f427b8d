/** Joins a page's WebSocket, at the other end of a port, to a server in the machine. */
import type { HttpClient } from './http/http-client.ts';
import { openWebSocket, type WebSocketClient, type WebSocketOptions } from './websocket-client.ts';
import {
  bufferedBytesMax,
  lengthOf,
  parseWebSocketRequest,
  type WebSocketEventMessage,
} from './websocket-protocol.ts';

/** Messages that are on their way to the page and not taken by it yet. */
const untakenCountMax = 64;
/** How long the server may take to answer our close frame. */
const closeTimeoutMs = 10_000;

/** Resolves when the WebSocket is over; never rejects. */
export async function serveWebSocket(
  port: MessagePort,
  client: HttpClient,
  options: Omit<WebSocketOptions, 'signal'>,
): Promise<void> {
  await new PageSocket(port).serve(client, options);
  port.close();
}

class PageSocket {
  readonly #port: MessagePort;
  readonly #ending = new AbortController();
  #socket: WebSocketClient | undefined;
  /** What the page sent goes out in order. */
  #sending: Promise<void> = Promise.resolve();
  #buffered = 0;
  #untaken = 0;
  #wake: () => void = () => undefined;

  constructor(port: MessagePort) {
    this.#port = port;
    port.addEventListener('message', ({ data }) => this.#take(data));
    port.addEventListener('close', () => this.#end());
    port.start();
  }

  async serve(client: HttpClient, options: Omit<WebSocketOptions, 'signal'>): Promise<void> {
    try {
      this.#socket = await openWebSocket(client, { ...options, signal: this.#ending.signal });
    } catch {
      this.#tell({ type: 'closed', code: 1006, reason: '', wasClean: false });
      return;
    }
    this.#tell({ type: 'open', protocol: this.#socket.protocol });
    const state = await this.#socket.run((data) => this.#deliver(data));
    this.#tell({ type: 'closed', ...state });
  }

  async #deliver(data: string | Uint8Array): Promise<void> {
    while (this.#untaken >= untakenCountMax && !this.#ending.signal.aborted)
      await new Promise<void>((wake) => (this.#wake = wake));
    this.#ending.signal.throwIfAborted();
    this.#untaken++;
    if (typeof data === 'string') this.#tell({ type: 'message', data });
    else this.#tell({ type: 'message', data: data.slice().buffer });
  }

  #take(message: unknown): void {
    const request = parseWebSocketRequest(message);
    if (request === undefined) return this.#end();
    if (request.type === 'taken') {
      this.#untaken = Math.max(0, this.#untaken - 1);
      this.#wake();
    } else if (request.type === 'close') {
      const { code, reason } = request;
      this.#sending = this.#sending.then(() => this.#socket?.close(code, reason));
      setTimeout(() => this.#end(), closeTimeoutMs);
      if (this.#socket === undefined) this.#end();
    } else {
      const { data } = request;
      const length = lengthOf(data);
      this.#buffered += length;
      if (this.#buffered > bufferedBytesMax) return this.#end();
      this.#sending = this.#sending
        .then(() => this.#socket?.send(typeof data === 'string' ? data : new Uint8Array(data)))
        .then(
          () => {
            this.#buffered -= length;
            this.#tell({ type: 'sent', length });
          },
          () => this.#end(),
        );
    }
  }

  /** The page is gone, or broke the rules. */
  #end(): void {
    this.#ending.abort();
    this.#wake();
    void this.#socket?.close(1001, '').then(() => this.#socket?.abandon());
  }

  #tell(message: WebSocketEventMessage): void {
    const data = message.type === 'message' ? message.data : undefined;
    this.#port.postMessage(message, data instanceof ArrayBuffer ? [data] : []);
  }
}
