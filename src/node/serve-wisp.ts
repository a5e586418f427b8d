/** The way out behind a WebSocket: checks who comes, and gives each its session. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex as NodeDuplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { flowProtocol, messageBytesMax, tokenProtocolPrefix } from '../egress/wisp-wire.ts';
import { toDisposable, type Disposable } from '../lib/disposable.ts';
import type { ProxyConfig } from '../proxy/config.ts';
import { EgressGateway, type EgressLogEntry } from '../proxy/egress-gateway.ts';
import { isForeign } from '../proxy/response-headers.ts';
import { systemResolver, type Resolver } from '../proxy/upstream.ts';
import { WispServer } from '../proxy/wisp-server.ts';
import { dialDatagrams } from './egress-dial-datagrams.ts';
import { dialAddress } from './egress-dial.ts';

/** Where it is served. WISP's own advice is a slash at the end. */
export const wispPath = '/wisp/';
/** WebSockets of one client at once: a page has one, and a few pages may be open. */
const socketsPerClientMax = 8;
/** A peer that does not answer so many pings in a row is gone. */
const pingMs = 30_000;

export interface WispListenerOptions {
  readonly config: ProxyConfig;
  readonly resolver?: Resolver;
  readonly log?: (entry: EgressLogEntry) => void;
}

/** Serves the way out on a server's WebSockets, when the configuration has one. */
export function attachWisp(server: Server, options: WispListenerOptions): Disposable {
  const { config, resolver = systemResolver, log } = options;
  const { egress } = config;
  if (egress === undefined) return toDisposable(() => undefined);
  const gateway = new EgressGateway(egress, {
    resolver,
    dial: dialAddress,
    dialDatagrams,
    ...(log === undefined ? {} : { log }),
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: messageBytesMax,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(flowProtocol) ? flowProtocol : false),
  });
  const perClient = new Map<string, number>();
  const upgrade = (request: IncomingMessage, socket: NodeDuplex, head: Buffer): void => {
    const client = clientOf(request, config);
    const status = refusal(request, config) ?? tooMany(perClient, client);
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      perClient.set(client, (perClient.get(client) ?? 0) + 1);
      serveSocket(webSocket, gateway.session(client), () => leave(perClient, client));
    });
  };
  server.on('upgrade', upgrade);
  return toDisposable(() => {
    server.off('upgrade', upgrade);
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  });
}

function tooMany(perClient: ReadonlyMap<string, number>, client: string): string | undefined {
  return (perClient.get(client) ?? 0) >= socketsPerClientMax ? '429 Too Many Requests' : undefined;
}

function leave(perClient: Map<string, number>, client: string): void {
  const left = (perClient.get(client) ?? 1) - 1;
  if (left > 0) perClient.set(client, left);
  else perClient.delete(client);
}

/** The status line of a request that is not served. */
function refusal(request: IncomingMessage, config: ProxyConfig): string | undefined {
  const url = URL.canParse(request.url ?? '', 'http://host')
    ? new URL(request.url ?? '', `http://${request.headers.host ?? 'host'}`)
    : undefined;
  if (url?.pathname !== wispPath) return '404 Not Found';
  if (config.hosts.length > 0 && !config.hosts.includes(url.hostname))
    return '421 Misdirected Request';
  const headers = new Headers();
  for (const name of ['origin', 'sec-fetch-site']) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  if (isForeign(headers, { ownHost: url.host, origins: config.origins })) return '403 Forbidden';
  return hasToken(request, config.egress?.token) ? undefined : '401 Unauthorized';
}

/** The token comes as a subprotocol: a browser can send no header of its own, and an address is logged. */
function hasToken(request: IncomingMessage, token: string | undefined): boolean {
  if (token === undefined) return true;
  const wanted = Buffer.from(token);
  return (request.headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol.startsWith(tokenProtocolPrefix))
    .map((protocol) => Buffer.from(protocol.slice(tokenProtocolPrefix.length), 'base64url'))
    .some((given) => given.length === wanted.length && timingSafeEqual(given, wanted));
}

function clientOf(request: IncomingMessage, { trustForwardedFor }: ProxyConfig): string {
  const forwarded = trustForwardedFor ? request.headers['x-forwarded-for'] : undefined;
  const last = (Array.isArray(forwarded) ? forwarded.at(-1) : forwarded)?.split(',').at(-1)?.trim();
  return last ?? request.socket.remoteAddress ?? '';
}

function serveSocket(
  socket: WebSocket,
  egress: ReturnType<EgressGateway['session']>,
  onEnd: () => void,
): void {
  const session = new WispServer({
    egress,
    isFlowing: socket.protocol === flowProtocol,
    send: (message) =>
      new Promise((resolve, reject) => {
        socket.send(message, (error) => (error ? reject(error) : resolve()));
      }),
  });
  let isAlive = true;
  const timer = setInterval(() => {
    if (!isAlive) socket.terminate();
    isAlive = false;
    socket.ping();
  }, pingMs);
  socket.on('pong', () => (isAlive = true));
  socket.on('message', (data) => {
    isAlive = true;
    if (Buffer.isBuffer(data)) session.take(data);
  });
  socket.on('error', () => socket.terminate());
  socket.once('close', () => {
    clearInterval(timer);
    session.dispose();
    egress.dispose();
    onEnd();
  });
}
