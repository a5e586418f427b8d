/** The registry proxy on a real socket, in front of an upstream that misbehaves; names resolve as the test says. */
import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultLimits, parseProxyConfig, type ProxyConfig } from '../src/proxy/config.ts';
import { createProxy, type ProxyLogEntry } from '../src/proxy/proxy.ts';
import type { ResolvedAddress } from '../src/proxy/upstream.ts';
import { createProxyListener } from '../src/node/serve-proxy.ts';
import { refuse, send, startHostileRegistry, type Fault } from './support/hostile-registry.ts';

let upstream: Awaited<ReturnType<typeof startHostileRegistry>>;
let image: ReturnType<typeof upstream.putImage>;
const servers: Server[] = [];
const log: ProxyLogEntry[] = [];
/** Names and what they resolve to; each look-up takes the next answer, the last one stays. */
let names: Record<string, string[]> = {};

beforeEach(async () => {
  upstream = await startHostileRegistry();
  image = upstream.putImage('a/b', 'latest', {
    layers: [Buffer.alloc(100_000, 'x')],
    compress: (b) => b,
  });
  log.length = 0;
  names = { 'registry.test': ['127.0.0.1'] };
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await upstream.dispose();
});

async function resolver(hostname: string): Promise<ResolvedAddress[]> {
  const answers = names[hostname];
  const address = answers !== undefined && answers.length > 1 ? answers.shift() : answers?.[0];
  if (address === undefined) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
  return [{ address, family: address.includes(':') ? 6 : 4 }];
}

/** The proxy, with `registry.test` allowed to be where the upstream is. */
async function start(
  change: Partial<ProxyConfig> & { private?: boolean; credentials?: object } = {},
) {
  const { private: isPrivate = true, credentials, ...rest } = change;
  const config = parseProxyConfig({
    defaultRegistries: false,
    registries: [
      {
        host: 'registry.test',
        url: `http://registry.test:${upstream.port}`,
        insecure: true,
        private: isPrivate,
        ...(credentials === undefined ? {} : { credentials }),
      },
      { host: 'gone.test', url: 'https://gone.test' },
    ],
    origins: ['https://page.example'],
  });
  const app = createProxy(
    { ...config, ...rest },
    { resolver, log: (entry) => log.push(entry), clientOf: () => 'c' },
  );
  const server = createServer(getRequestListener(app.fetch));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    base,
    ask: (path: string, init?: RequestInit) => fetch(`${base}/v2/registry.test/${path}`, init),
  };
}

async function error(
  response: Response,
): Promise<{ status: number; code: string; message: string }> {
  const { errors } = (await response.json()) as { errors: { code: string; message: string }[] };
  return { status: response.status, code: '', message: '', ...errors[0] };
}

const blob = () => `a/b/blobs/${image.layers[0]?.digest}`;
const upstreamBlob = () => `/v2/${blob()}`;
const redirect =
  (location: string): Fault =>
  (_request, response) => {
    response.writeHead(307, { location });
    response.end();
  };

describe('createProxy()', () => {
  it('passes on manifests, by tag for now and by digest for ever', async () => {
    const { ask } = await start();
    const tagged = await ask('a/b/manifests/latest');
    expect(Buffer.from(await tagged.arrayBuffer()).equals(image.manifest)).toBe(true);
    expect(tagged.headers.get('content-type')).toBe(
      'application/vnd.docker.distribution.manifest.v2+json',
    );
    expect(tagged.headers.get('cache-control')).toBe('no-cache');
    const named = await ask(`a/b/manifests/${image.manifestDigest}`);
    expect(named.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it('passes on blobs, whole and by range, as nothing a browser would run', async () => {
    const { ask } = await start();
    upstream.fail(upstreamBlob(), (_request, response, serve) => {
      response.setHeader('content-type', 'text/html');
      response.setHeader('set-cookie', 'a=b');
      serve();
    });
    const whole = await ask(blob());
    expect((await whole.arrayBuffer()).byteLength).toBe(100_000);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '100000',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': 'attachment',
    });
    expect(whole.headers.get('set-cookie')).toBeNull();
    const part = await ask(blob(), { headers: { range: 'bytes=99990-' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe('bytes 99990-99999/100000');
    expect(await part.text()).toBe('x'.repeat(10));
  });

  it('answers HEAD with headers alone', async () => {
    const { ask } = await start();
    const response = await ask(blob(), { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(upstream.requests.at(-1)).toMatch(/^HEAD /);
    expect((await response.arrayBuffer()).byteLength).toBe(0);
  });

  it('does the token dance itself and shows no token', async () => {
    const challenge = `Bearer realm="http://registry.test:${upstream.port}/token",service="s",scope="repository:evil:*"`;
    const guard: Fault = (request, response, serve) => {
      if (request.headers.authorization === 'Bearer t') serve();
      else
        refuse(401, 'UNAUTHORIZED', 'x', { 'www-authenticate': challenge })(
          request,
          response,
          serve,
        );
    };
    upstream.fail(upstreamBlob(), guard, guard, guard);
    upstream.fail('/token', (request, response, serve) => {
      expect(request.headers.authorization).toBe('Basic dTpw');
      send('{"token":"t","expires_in":300}')(request, response, serve);
    });
    const { ask } = await start({ credentials: { username: 'u', password: 'p' } });
    const response = await ask(blob(), {
      headers: { authorization: 'Bearer mine', cookie: 'a=b' },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    await response.arrayBuffer();
    await (await ask(blob())).arrayBuffer();
    expect(upstream.requests.filter((line) => line.includes('/token'))).toEqual([
      'GET /token?service=s&scope=repository%3Aa%2Fb%3Apull',
    ]);
    expect(JSON.stringify([...response.headers, log])).not.toMatch(/Bearer|Basic|token/i);
  });

  it("says in the distribution API's terms that access is denied, without a challenge", async () => {
    const { ask } = await start();
    upstream.fail(
      upstreamBlob(),
      refuse(401, 'UNAUTHORIZED', 'x', { 'www-authenticate': 'Bearer error="insufficient_scope"' }),
      refuse(401, 'UNAUTHORIZED', 'x', { 'www-authenticate': 'Basic realm="r"' }),
    );
    expect(await error(await ask(blob()))).toEqual({
      status: 403,
      code: 'DENIED',
      message: 'requested access to the resource is denied',
    });
    const basic = await ask(blob());
    expect(basic.headers.get('www-authenticate')).toBeNull();
    expect(await error(basic)).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
  });

  it('passes on refusals with their limits', async () => {
    const { ask } = await start();
    upstream.fail(
      '/v2/a/b/manifests/latest',
      refuse(429, 'TOOMANYREQUESTS', 'slow', {
        'retry-after': '60',
        'ratelimit-limit': '100;w=21600',
        'ratelimit-remaining': '0;w=21600',
      }),
    );
    const limited = await ask('a/b/manifests/latest');
    expect(Object.fromEntries(limited.headers)).toMatchObject({
      'retry-after': '60',
      'ratelimit-limit': '100;w=21600',
      'ratelimit-remaining': '0;w=21600',
      'cache-control': 'no-store',
    });
    expect(await error(limited)).toMatchObject({ status: 429, code: 'TOOMANYREQUESTS' });
    expect(await error(await ask('a/b/manifests/nope'))).toMatchObject({
      status: 404,
      code: 'MANIFEST_UNKNOWN',
    });
  });

  it('lets the pages of configured origins read, and no others', async () => {
    const { ask, base } = await start();
    const from = (headers: Record<string, string>) => ask('a/b/manifests/latest', { headers });
    const allowed = await from({ origin: 'https://page.example', 'sec-fetch-site': 'cross-site' });
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://page.example');
    expect((await from({ origin: base })).status).toBe(200);
    expect((await from({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    const foreign = await from({ origin: 'https://evil.example' });
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    expect(await error(foreign)).toMatchObject({ status: 403 });
    expect((await from({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const preflight = await ask('a/b/manifests/latest', {
      method: 'OPTIONS',
      headers: { origin: 'https://page.example', 'access-control-request-headers': 'range' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('range');
  });

  it('serves only reading, only the listed registries, only proper names', async () => {
    const { ask, base } = await start();
    expect((await ask('a/b/blobs/uploads/', { method: 'POST' })).status).toBe(405);
    expect((await ask('a/b/manifests/latest', { method: 'DELETE' })).status).toBe(405);
    const other = await fetch(`${base}/v2/evil.test/a/manifests/latest`);
    expect(await error(other)).toMatchObject({
      status: 403,
      message: expect.stringContaining('allow-list') as unknown,
    });
    expect(await error(await ask('a/%2e%2e/manifests/latest'))).toMatchObject({
      status: 400,
      code: 'NAME_INVALID',
    });
    expect((await fetch(`${base}/v2/`)).status).toBe(200);
    expect((await fetch(`${base}/else`)).status).toBe(404);
    expect(upstream.requests).toEqual([]);
  });

  it("says in Go's words that the registry is not there", async () => {
    const { base } = await start();
    expect(await error(await fetch(`${base}/v2/gone.test/a/manifests/latest`))).toEqual({
      status: 502,
      code: 'UNAVAILABLE',
      message:
        'Get "https://gone.test/v2/a/manifests/latest": dial tcp: lookup gone.test: no such host',
    });
  });

  it('logs what was asked for and how it ended', async () => {
    const { ask } = await start();
    await (await ask(blob())).arrayBuffer();
    await (await ask('a/b/manifests/nope')).arrayBuffer();
    await sleep(10);
    expect(log).toMatchObject([
      {
        client: 'c',
        method: 'GET',
        path: `/v2/registry.test/${blob()}`,
        status: 200,
        bytes: 100_000,
      },
      { status: 404 },
    ]);
  });
});

describe('createProxy() against what would reach inside', () => {
  const refused = { status: 403, code: 'DENIED' };

  it('refuses a registry that is on a private address and not configured so', async () => {
    const { ask } = await start({ private: false });
    expect(await error(await ask(blob()))).toMatchObject({
      ...refused,
      message: expect.stringContaining(
        'refused: "registry.test" is not on a public address',
      ) as unknown,
    });
    for (const address of ['10.0.0.1', '169.254.169.254', '::1', 'fd00::1', '::ffff:127.0.0.1']) {
      names['registry.test'] = [address];
      expect(await error(await ask(blob()))).toMatchObject(refused);
    }
    expect(upstream.requests).toEqual([]);
  });

  it('looks a name up once: the address it checks is the one it connects to', async () => {
    // A second look-up would be answered otherwise.
    names['registry.test'] = ['127.0.0.1', '10.0.0.1'];
    const { ask } = await start();
    expect((await ask(blob())).status).toBe(200);
    expect(names['registry.test']).toEqual(['10.0.0.1']);
    names['rebind.test'] = ['127.0.0.1', '93.184.216.34'];
    upstream.fail(upstreamBlob(), redirect(`http://rebind.test:${upstream.port}/x`));
    expect(await error(await ask(blob()))).toMatchObject(refused);
    expect(names['rebind.test']).toEqual(['93.184.216.34']);
    expect(upstream.requests.filter((line) => line.includes('/x'))).toEqual([]);
  });

  const targets = (port: number) => [
    `http://127.0.0.1:${port}/secret`,
    `http://2130706433:${port}/secret`,
    `http://0x7f.1:${port}/secret`,
    `http://[::1]:${port}/secret`,
    `http://[::ffff:127.0.0.1]:${port}/secret`,
    `http://0.0.0.0:${port}/secret`,
    `http://inside.test:${port}/secret`,
    `http://u:p@registry.test:${port}/secret`,
    'http://169.254.169.254/latest/meta-data/',
    'file:///etc/passwd',
    'gopher://registry.test/',
  ];

  it('refuses redirects that lead inside', async () => {
    names['inside.test'] = ['127.0.0.1'];
    const { ask } = await start();
    for (const target of targets(upstream.port)) {
      upstream.fail(upstreamBlob(), redirect(target));
      expect(await error(await ask(blob())), target).toMatchObject(refused);
    }
    expect(upstream.requests.filter((line) => line.includes('secret'))).toEqual([]);
  });

  it('refuses token servers that are inside', async () => {
    const { ask } = await start();
    for (const realm of targets(upstream.port)) {
      upstream.fail(
        upstreamBlob(),
        refuse(401, 'X', 'x', { 'www-authenticate': `Bearer realm="${realm}"` }),
      );
      const { status } = await error(await ask(blob()));
      expect([403, 502], realm).toContain(status);
    }
    expect(upstream.requests.filter((line) => line.includes('secret'))).toEqual([]);
  });

  it('refuses plain HTTP where it is not configured', async () => {
    const secure = parseProxyConfig({
      defaultRegistries: false,
      registries: [{ host: 'registry.test' }],
    });
    const [registry] = secure.registries;
    const plain = {
      ...registry,
      url: `http://registry.test:${upstream.port}`,
      privateHosts: ['registry.test'],
    };
    const { ask } = await start({
      registries: [{ host: 'registry.test', isInsecure: false, ...plain }],
    });
    expect(await error(await ask(blob()))).toMatchObject({
      ...refused,
      message: expect.stringContaining('not https') as unknown,
    });
  });

  it('follows redirects to a place that is allowed, without the token, and not for ever', async () => {
    names['storage.test'] = ['127.0.0.1'];
    const { ask } = await start({
      registries: [
        {
          host: 'registry.test',
          url: `http://registry.test:${upstream.port}`,
          isInsecure: true,
          privateHosts: ['registry.test', 'storage.test'],
          credentials: { username: 'u', password: 'p' },
        },
      ],
    });
    let seen: string | undefined = 'unset';
    const challenge = refuse(401, 'X', 'x', { 'www-authenticate': 'Basic realm="r"' });
    upstream.fail(
      upstreamBlob(),
      challenge,
      redirect(`http://storage.test:${upstream.port}/data?sig=1`),
    );
    upstream.fail('/data', (request, response, serve) => {
      seen = request.headers.authorization;
      send('stored')(request, response, serve);
    });
    expect(await (await ask(blob())).text()).toBe('stored');
    expect(seen).toBeUndefined();
    upstream.fail(upstreamBlob(), ...Array.from({ length: 10 }, () => redirect(upstreamBlob())));
    expect(await error(await ask(blob()))).toMatchObject({
      message: expect.stringContaining('stopped after 5 redirects') as unknown,
    });
  });

  it('answers no other host name than its own', async () => {
    const config = parseProxyConfig({});
    const server = createServer(createProxyListener(config));
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const status = async (host: string) => {
      const request = httpRequest({ port, host: '127.0.0.1', path: '/v2/', headers: { host } });
      request.end();
      const [response] = (await once(request, 'response')) as [
        { statusCode: number; resume(): void },
      ];
      response.resume();
      return response.statusCode;
    };
    expect(await status(`localhost:${port}`)).toBe(200);
    expect(await status(`rebound.example:${port}`)).toBe(421);
  });
});

describe('createProxy() under load', () => {
  const limits = { ...defaultLimits, firstByteMs: 300, idleMs: 300 };

  it('gives up an upstream that does not answer, and one that falls silent', async () => {
    const { ask } = await start({ limits });
    upstream.fail(
      upstreamBlob(),
      () => undefined,
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100000' });
        response.write('x');
      },
    );
    expect(await error(await ask(blob()))).toMatchObject({ status: 502, code: 'UNAVAILABLE' });
    const silent = await ask(blob());
    await expect(silent.arrayBuffer()).rejects.toThrow();
    await sleep(20);
    expect(log.map(({ status }) => status)).toEqual([502, 200]);
    expect(log[1]?.error).toBeDefined();
  });

  it('refuses what is too large, announced or not', async () => {
    const { ask } = await start({
      limits: { ...limits, blobBytesMax: 50_000, manifestBytesMax: 10 },
    });
    expect(await error(await ask(blob()))).toMatchObject({ status: 502, code: 'SIZE_INVALID' });
    expect(await error(await ask('a/b/manifests/latest'))).toMatchObject({ status: 502 });
    upstream.fail(upstreamBlob(), (_request, response) => {
      response.writeHead(200);
      for (let i = 0; i < 10; i += 1) response.write('x'.repeat(10_000));
      response.end();
    });
    await expect((await ask(blob())).arrayBuffer()).rejects.toThrow();
  });

  it('serves one client only so much at once, and the next when one is done', async () => {
    const { ask } = await start({ limits: { ...defaultLimits, requestsPerClientMax: 2 } });
    const release: (() => void)[] = [];
    const held: Fault = (_request, _response, serve) => void release.push(serve);
    upstream.fail(upstreamBlob(), held, held);
    const running = [ask(blob()), ask(blob())];
    await expect.poll(() => release.length).toBe(2);
    const third = await ask(blob());
    expect(third.headers.get('retry-after')).toBe('1');
    expect(await error(third)).toMatchObject({ status: 429, code: 'TOOMANYREQUESTS' });
    for (const serve of release) serve();
    for (const response of await Promise.all(running)) await response.arrayBuffer();
    expect((await ask(blob())).status).toBe(200);
  });

  it('streams: a slow client slows the upstream, and one that leaves ends it', async () => {
    const { base } = await start();
    let sent = 0;
    let isClosed = false;
    const chunk = Buffer.alloc(65_536);
    upstream.fail(upstreamBlob(), (_request, response) => {
      response.writeHead(200, { 'content-length': String(1 << 30) });
      response.on('close', () => (isClosed = true));
      const pump = () => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        sent += chunk.length;
      };
      response.on('drain', pump);
      pump();
    });
    const { port } = new URL(base);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`GET /v2/registry.test/${blob()} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
    await once(socket, 'readable');
    await sleep(300);
    const before = sent;
    await sleep(200);
    // Only what sockets and pipes hold has left the upstream: no gigabyte, and nothing more.
    expect(sent).toBe(before);
    expect(sent).toBeLessThan(64 << 20);
    socket.destroy();
    await expect.poll(() => isClosed, { timeout: 3000 }).toBe(true);
    expect(log).toHaveLength(1);
  });
});
