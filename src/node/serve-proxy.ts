/** The registry proxy on a server of its own, and as a listener for another server to mount. */
import { readFileSync } from 'node:fs';
import type { RequestListener, Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { getRequestListener, serve } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { errorMessage, KindError } from '../lib/errors.ts';
import { attachWisp } from './serve-wisp.ts';
import { parseProxyConfig, type Environment, type ProxyConfig } from '../proxy/config.ts';
import type { EgressLogEntry } from '../proxy/egress-gateway.ts';
import { createProxy, type ProxyLogEntry } from '../proxy/proxy.ts';

const hostDefault = '127.0.0.1';
const portDefault = 5080;
/** The last is a browser's: `npm start` serves previews below it. */
const loopbackNames = ['localhost', '127.0.0.1', '[::1]', 'bottleship.localhost'];

/** The configuration of the file that `BOTTLESHIP_PROXY_CONFIG` names, if any, and of the other variables. */
export function loadProxyConfig(environment: Environment = process.env): ProxyConfig {
  const path = environment['BOTTLESHIP_PROXY_CONFIG'];
  if (path === undefined || path === '') return parseProxyConfig({}, environment);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new KindError(
      'invalidParameter',
      `Cannot read the proxy configuration "${path}": ${errorMessage(cause)}`,
      {
        cause,
      },
    );
  }
  return parseProxyConfig(json, environment);
}

/** For a server that listens on loopback only and serves the page too: answers `/v2/…` on the page's own origin. */
export function createProxyListener(
  config: ProxyConfig,
  log?: (entry: ProxyLogEntry) => void,
): RequestListener {
  const app = createProxy(withLoopbackHosts(config), {
    clientOf: clientOf(config),
    ...(log === undefined ? {} : { log }),
  });
  const listener = getRequestListener(app.fetch);
  return (request, response) => void listener(request, response);
}

/** What only listens on loopback answers to loopback's names only: no other name can be led there. */
export function withLoopbackHosts(config: ProxyConfig): ProxyConfig {
  return config.hosts.length > 0 ? config : { ...config, hosts: loopbackNames };
}

/** The environment with the rules of `--egress` flags, which win. */
export function egressEnvironment(
  rules: readonly string[] | undefined,
  environment: Environment = process.env,
): Environment {
  return rules === undefined
    ? environment
    : { ...environment, BOTTLESHIP_PROXY_EGRESS: rules.join(' ') };
}

function clientOf({ trustForwardedFor }: ProxyConfig): (context: Context) => string {
  return (context) => {
    const forwarded = trustForwardedFor
      ? context.req.header('x-forwarded-for')?.split(',').at(-1)?.trim()
      : undefined;
    return forwarded ?? getConnInfo(context).remote.address ?? '';
  };
}

function logLine(entry: ProxyLogEntry): void {
  const { client, method, path, status, bytes, durationMs, error } = entry;
  const tail = error === undefined ? '' : ` ${JSON.stringify(error)}`;
  console.log(
    `${new Date().toISOString()} ${client} ${method} ${path} ${status} ${bytes} ${durationMs}ms${tail}`,
  );
}

function egressLine(entry: EgressLogEntry): void {
  const { client, target, sentBytes, receivedBytes, durationMs, error } = entry;
  const tail = error === undefined ? '' : ` ${JSON.stringify(error)}`;
  const bytes = `${sentBytes} ${receivedBytes}`;
  console.log(
    `${new Date().toISOString()} ${client} EGRESS ${target} ${bytes} ${durationMs}ms${tail}`,
  );
}

function main(): void {
  const { values } = parseArgs({
    options: {
      config: { type: 'string', short: 'c' },
      host: { type: 'string' },
      egress: { type: 'string', multiple: true },
      port: { type: 'string', short: 'p' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    console.log(
      'Usage:  bottleship proxy [--config FILE] [--host ADDRESS] [--port PORT]\n                         [--egress RULE]...\n\nSee src/proxy/README.md',
    );
    return;
  }
  const environment: Environment = {
    ...egressEnvironment(values.egress),
    ...(values.config === undefined ? {} : { BOTTLESHIP_PROXY_CONFIG: values.config }),
  };
  const config = loadProxyConfig(environment);
  const hostname = values.host ?? environment['BOTTLESHIP_PROXY_HOST'] ?? hostDefault;
  const port = Number(values.port ?? environment['BOTTLESHIP_PROXY_PORT'] ?? portDefault);
  const isLoopback = loopbackNames.includes(hostname);
  const hosts = config.hosts.length === 0 && isLoopback ? loopbackNames : config.hosts;
  const isSilent = environment['BOTTLESHIP_PROXY_LOG'] === '0';
  const app = createProxy(
    { ...config, hosts },
    { clientOf: clientOf(config), ...(isSilent ? {} : { log: logLine }) },
  );
  const server = serve({ fetch: app.fetch, hostname, port }, (info) => {
    console.log(`Registry proxy is at http://${hostname}:${info.port}/v2/`);
  });
  const wisp = attachWisp(server as Server, {
    config: { ...config, hosts },
    ...(isSilent ? {} : { log: egressLine }),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      wisp.dispose();
      server.close();
    });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main();
  } catch (error) {
    console.error(errorMessage(error));
    process.exitCode = 1;
  }
}
