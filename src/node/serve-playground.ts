/**
 * The servers behind `npm start`: the built page with, on the same origin, the registry proxy; and the previews'
 * origin on the next port. Loopback only.
 */
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { errorMessage } from '../lib/errors.ts';
import type { ProxyConfig } from '../proxy/config.ts';
import type { Resolver } from '../proxy/upstream.ts';
import { previewServer } from './serve-preview.ts';
import {
  createProxyListener,
  egressEnvironment,
  loadProxyConfig,
  withLoopbackHosts,
} from './serve-proxy.ts';
import { attachWisp, wispPath } from './serve-wisp.ts';
import { staticServer } from './static-server.ts';

const loopback = '127.0.0.1';
/**
 * Also a name of loopback, to browsers. Opened under it, the playground and its previews are one site, which is what a
 * browser that blocks third-party cookies asks of a frame's service worker.
 */
const siteHost = 'bottleship.localhost';
const portDefault = 8080;
/** How many ports after the wished one are tried when it is taken. */
const portAttempts = 20;

export interface PlaygroundServerOptions {
  readonly folder: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Answers `/v2/…` and `/v1/…`; absent, those paths are 404. */
  readonly registryProxy?: RequestListener;
  /** Its way out is served on WebSockets, when it has one. */
  readonly proxyConfig?: ProxyConfig;
  /** Finds the addresses that the way out leads to; absent, the system does. */
  readonly resolver?: Resolver;
  /** Folder of the previews' origin (`dist-preview`); absent, there are no previews. */
  readonly previewFolder?: string;
}

export interface PlaygroundServer {
  readonly server: Server;
  /** Of the previews' origin. */
  readonly preview?: Server;
}

/** Starts serving; resolves when the servers listen. */
export async function servePlayground(options: PlaygroundServerOptions): Promise<PlaygroundServer> {
  const files = await staticServer(options.folder);
  const { registryProxy, previewFolder } = options;
  let template: string | null = null;
  const server = createServer((request, response) => {
    if (request.url === wispPath && options.proxyConfig?.egress !== undefined) {
      response.writeHead(426, { upgrade: 'websocket', connection: 'upgrade' }).end();
      return;
    }
    if (template !== null && request.url === '/preview.json') {
      response.setHeader('content-type', 'application/json');
      response.setHeader('cache-control', 'no-store');
      response.end(JSON.stringify({ template }));
      return;
    }
    const proxied = /^\/v[12]\//.test(request.url ?? '') ? registryProxy : undefined;
    (proxied ?? files)(request, response);
  });
  const { proxyConfig, resolver } = options;
  if (proxyConfig !== undefined) {
    const wisp = attachWisp(server, {
      config: withLoopbackHosts(proxyConfig),
      ...(resolver === undefined ? {} : { resolver }),
    });
    server.once('close', () => wisp.dispose());
  }
  await listen(server, options.port);
  if (previewFolder === undefined) return { server };
  const port = portOf(server);
  const listener = await previewServer({
    folder: previewFolder,
    playgrounds: ['localhost', loopback, siteHost].map((name) => `http://${name}:${port}`),
    template: () => template ?? '',
  });
  const preview = createServer(listener);
  await listen(preview, options.port === 0 ? 0 : port + 1);
  template = `http://p{port}-{session}.${siteHost}:${portOf(preview)}`;
  return { server, preview };
}

async function listen(server: Server, wishedPort: number): Promise<void> {
  for (let port = wishedPort; ; port++) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, loopback, () => {
          server.off('error', reject);
          resolve();
        });
      });
      return;
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!taken || wishedPort === 0 || port >= wishedPort + portAttempts) throw error;
    }
  }
}

/** The address to open, with the port that was free. */
export function addressOf(server: Server): string {
  return `http://localhost:${portOf(server)}/`;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Server is not listening');
  return address.port;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`Invalid port "${text}": expected a number from 0 to 65535`);
  }
  return port;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', short: 'p' },
      egress: { type: 'string', multiple: true },
    },
  });
  const proxyConfig = loadProxyConfig(egressEnvironment(values.egress));
  const { server, preview } = await servePlayground({
    folder: fileURLToPath(new URL('../../dist', import.meta.url)),
    previewFolder: fileURLToPath(new URL('../../dist-preview', import.meta.url)),
    registryProxy: createProxyListener(proxyConfig),
    proxyConfig,
    port: parsePort(values.port ?? process.env['PORT'] ?? String(portDefault)),
  });
  console.log(`\n  Bottleship is at ${addressOf(server)}\n  Press Ctrl+C to stop.\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      for (const ending of [server, preview]) {
        ending?.close();
        ending?.closeAllConnections();
      }
    });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    console.error(`Cannot start: ${errorMessage(error)}`);
    process.exitCode = 1;
  });
}
