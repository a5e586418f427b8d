/** `docker login` and what follows, over real HTTP, with a registry whose token server gives identity tokens. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runFake } from '../src/cli/testing/fake-invocation.ts';
import { createIndexSink } from '../src/host/layer-index-sink.ts';
import { createRegistryAccess } from '../src/host/registry-access.ts';
import { ImageStore } from '../src/image/image-store.ts';
import { LayerStore } from '../src/image/layer-store.ts';
import { directEndpoint } from '../src/registry/endpoint.ts';
import { LoginClient } from '../src/registry/login.ts';
import { Puller } from '../src/registry/pull.ts';
import { Pusher } from '../src/registry/push.ts';
import { directSearch, SearchClient } from '../src/registry/search.ts';
import { createFakeEngine } from './support/fake-engine.ts';
import { createMemoryContentStore, createMemoryRecordStore } from './support/memory-stores.ts';

let server: Server;
let host: string;
/** What the servers were asked, with the credentials that came along. */
let asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { authorization = '' } = request.headers;
      asked.push([request.method, request.url, authorization, body].filter(Boolean).join(' '));
      const json = (status: number, value: object) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(value));
      };
      if (request.url?.startsWith('/token') === true) return json(200, tokens(request, body));
      if (authorization.startsWith('Bearer access'))
        return json(request.url === '/v2/' ? 200 : 404, { errors: [] });
      const realm = `http://${host}/token`;
      response.setHeader(
        'www-authenticate',
        `Bearer realm="${realm}",service="s",scope="x:y:pull"`,
      );
      json(401, {});
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** An identity token for a password; what it gives is good for one scope. */
function tokens(request: IncomingMessage, body: string): object {
  if (body.includes('refresh_token=identity')) return { access_token: 'access-by-identity' };
  const isKnown = request.headers.authorization === `Basic ${btoa('me:secret')}`;
  return isKnown ? { token: 'access-by-password', refresh_token: 'identity' } : {};
}

async function engineOf() {
  const [content, records] = [createMemoryContentStore(), createMemoryRecordStore()];
  const layers = new LayerStore({ content, records, createIndexSink });
  const images = new ImageStore({ content, records, layers });
  const parts = { images, fetch, endpoints: directEndpoint({}) };
  return createFakeEngine({
    registry: createRegistryAccess({
      puller: new Puller(parts),
      pusher: new Pusher(parts),
      searcher: new SearchClient({ fetch, endpoint: directSearch }),
      loginClient: new LoginClient({ fetch, endpoint: (name) => `http://${name}/v2/` }),
      download: (url) => fetch(url),
      ready: Promise.resolve(),
    }),
  });
}

test('an identity token takes the place of the password, in config.json, for logins and for pulls', async () => {
  const { handler, call } = await engineOf();
  const path = '/root/.docker/config.json';
  let files: Record<string, string> = {};
  const docker = async (...argv: readonly string[]) => {
    asked = [];
    const result = await runFake({ argv, env: { HOME: '/root' }, handler, files });
    files = Object.fromEntries(result.files);
    return result;
  };
  const first = await docker('login', '-u', 'me', '-p', 'secret', host);
  expect(first.stdout).toBe('Login Succeeded\n');
  expect(JSON.parse(files[path] ?? '')).toEqual({
    auths: { [host]: { auth: btoa('me:'), identitytoken: 'identity' } },
  });
  expect(asked).toEqual([
    'GET /v2/',
    `GET /token?account=me&client_id=docker&offline_token=true&service=s Basic ${btoa('me:secret')}`,
    'GET /v2/ Bearer access-by-password',
  ]);
  asked = [];
  const auth = { username: 'me', identitytoken: 'identity', serveraddress: host };
  const renewed = await call('POST', '/auth', auth);
  expect(renewed).toMatchObject({ status: 200, json: { Status: 'Login Succeeded' } });
  const grant = 'grant_type=refresh_token&client_id=docker&refresh_token=identity';
  expect(asked).toContain(`POST /token ${grant}&service=s`);
  await docker('pull', `${host}/a`);
  expect(asked.filter((line) => line.startsWith('POST'))).toEqual([
    expect.stringContaining('refresh_token=identity'),
  ]);
  expect(asked).toContain('GET /v2/a/manifests/latest Bearer access-by-identity');
});
