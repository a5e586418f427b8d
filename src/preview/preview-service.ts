/**
 * Serves previews: what a preview's service worker asks over its port goes to one published port of the machine, and
 * to no other. Headers, cookies and addresses are made to fit on the way.
 */
import { DisposableStore, toDisposable, type Disposable } from '../lib/disposable.ts';
import { KindError, errorMessage } from '../lib/errors.ts';
import { portDuplex } from '../lib/port-duplex.ts';
import { CookieJar } from './cookie-jar.ts';
import { HttpClient } from './http/http-client.ts';
import type { Field } from './http/response-head.ts';
import { parsePreviewRequest, previewLimits } from './protocol.ts';
import type { PreviewRequest, PreviewResponse } from './protocol.ts';
import type { PublishedPorts } from './published-ports.ts';
import { requestFields, responseFields, type Mapping } from './rewrite-headers.ts';
import { serveWebSocket } from './serve-websocket.ts';

/** Ports that service workers of one preview hold; when they come back they ask for a new one, and the oldest goes. */
const linkCountMax = 16;

/** What all that shows one port has in common. */
interface Server {
  readonly client: HttpClient;
  readonly jar: CookieJar;
  readonly links: Link[];
}

export class PreviewService implements Disposable {
  readonly #ports: Pick<PublishedPorts, 'connect'>;
  readonly #servers = new Map<number, Server>();
  readonly #owned = new DisposableStore();

  constructor(ports: Pick<PublishedPorts, 'connect'>) {
    this.#ports = ports;
  }

  /** Answers what comes over `link` from a preview of a published port. */
  open(link: MessagePort, mapping: Mapping): void {
    const server = this.#server(mapping.port);
    const opened = new Link(link, { mapping, server });
    server.links.push(opened);
    if (server.links.length > linkCountMax) server.links.shift()?.dispose();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #server(port: number): Server {
    const known = this.#servers.get(port);
    if (known !== undefined) return known;
    const client = new HttpClient({ connect: () => this.#ports.connect(port) });
    const server: Server = { client, jar: new CookieJar(), links: [] };
    this.#servers.set(port, server);
    this.#owned.add(client);
    this.#owned.add(toDisposable(() => server.links.forEach((link) => link.dispose())));
    return server;
  }
}

type Asked<Type extends PreviewRequest['type']> = Extract<PreviewRequest, { readonly type: Type }>;

class Link implements Disposable {
  readonly #port: MessagePort;
  readonly #mapping: Mapping;
  readonly #server: Server;
  readonly #pending = new Map<number, AbortController>();
  #webSocketCount = 0;

  constructor(port: MessagePort, options: { readonly mapping: Mapping; readonly server: Server }) {
    this.#port = port;
    this.#mapping = options.mapping;
    this.#server = options.server;
    port.addEventListener('message', ({ data, ports }) => this.#take(data, ports[0]));
    port.addEventListener('close', () => this.dispose());
    port.start();
    this.tellCookies();
  }

  tellCookies(): void {
    this.#tell({ type: 'cookies', cookies: this.#server.jar.visible() });
  }

  dispose(): void {
    for (const pending of this.#pending.values()) pending.abort();
    this.#pending.clear();
    this.#port.close();
  }

  #take(data: unknown, port: MessagePort | undefined): void {
    const request = parsePreviewRequest(data);
    switch (request?.type) {
      case 'ping':
        return this.#tell({ type: 'pong' });
      case 'abort':
        return this.#pending.get(request.id)?.abort();
      case 'cookie':
        return this.#setCookies([request.text], { path: request.path, fromPage: true });
      case 'request':
        return port === undefined ? undefined : void this.#serve(request, port);
      case 'websocket':
        return port === undefined ? undefined : void this.#serveWebSocket(request, port);
      case undefined:
        // Not ours: whoever sent it has no answer to wait for.
        port?.close();
    }
  }

  async #serve(request: Asked<'request'>, port: MessagePort): Promise<void> {
    const { id } = request;
    const body = portDuplex(port);
    if (this.#pending.has(id) || this.#pending.size >= previewLimits.requestCountMax) {
      this.#tell({ type: 'failed', id, message: 'Too many requests are not answered yet' });
      return body.dispose();
    }
    const aborting = new AbortController();
    this.#pending.set(id, aborting);
    try {
      const response = await this.#server.client.request({
        method: request.method,
        target: request.target,
        fields: this.#requestFields(request),
        signal: aborting.signal,
        ...(request.hasBody ? { body: body.readable } : {}),
      });
      const { status, reason, fields } = response;
      if (response.upgraded !== undefined) {
        await response.upgraded.readable.cancel();
        throw new KindError('dataLoss', 'Malformed response: nobody asked for an upgrade');
      }
      const cookies = fields.filter(([name]) => name === 'set-cookie').map(([, value]) => value);
      this.#setCookies(cookies, { path: request.target, fromPage: false });
      this.#tell({
        type: 'response',
        id,
        status,
        reason,
        fields: responseFields(fields, this.#mapping),
      });
      await response.body.pipeTo(body.writable);
      if (!request.hasBody) await body.readable.cancel();
    } catch (error) {
      this.#tell({ type: 'failed', id, message: errorMessage(error) });
      body.dispose();
    } finally {
      this.#pending.delete(id);
    }
  }

  async #serveWebSocket(request: Asked<'websocket'>, port: MessagePort): Promise<void> {
    if (this.#webSocketCount >= previewLimits.webSocketCountMax) return port.close();
    this.#webSocketCount++;
    const { target, protocols } = request;
    const fields = this.#requestFields({
      target,
      fields: [['x-preview-origin', this.#mapping.origin]],
    });
    try {
      await serveWebSocket(port, this.#server.client, { target, protocols, fields });
    } finally {
      this.#webSocketCount--;
    }
  }

  #requestFields(request: { readonly target: string; readonly fields: readonly Field[] }): Field[] {
    const cookie = this.#server.jar.header(request.target);
    return requestFields(request.fields, { mapping: this.#mapping, cookie });
  }

  #setCookies(
    texts: readonly string[],
    options: { readonly path: string; readonly fromPage: boolean },
  ): void {
    const changes = texts.map((text) => this.#server.jar.set(text, options));
    if (changes.includes(true)) for (const link of this.#server.links) link.tellCookies();
  }

  #tell(message: PreviewResponse): void {
    this.#port.postMessage(message);
  }
}
