/** Every operation that the description of the Engine API v1.51 documents has an answer of its own. */
import { beforeAll, describe, expect, test } from 'vitest';
import { bodyBytes, createFakeEngine, type FakeEngine } from './support/fake-engine.ts';

/** By tag of the API description. */
const operations: Readonly<Record<string, readonly string[]>> = {
  Container: [
    'GET /containers/json',
    'POST /containers/create',
    'GET /containers/{id}/json',
    'GET /containers/{id}/top',
    'GET /containers/{id}/logs',
    'GET /containers/{id}/changes',
    'GET /containers/{id}/export',
    'GET /containers/{id}/stats',
    'POST /containers/{id}/resize',
    'POST /containers/{id}/start',
    'POST /containers/{id}/stop',
    'POST /containers/{id}/restart',
    'POST /containers/{id}/kill',
    'POST /containers/{id}/update',
    'POST /containers/{id}/rename',
    'POST /containers/{id}/pause',
    'POST /containers/{id}/unpause',
    'POST /containers/{id}/attach',
    'GET /containers/{id}/attach/ws',
    'POST /containers/{id}/wait',
    'DELETE /containers/{id}',
    'HEAD /containers/{id}/archive',
    'GET /containers/{id}/archive',
    'PUT /containers/{id}/archive',
    'POST /containers/prune',
  ],
  Image: [
    'GET /images/json',
    'POST /build',
    'POST /build/prune',
    'POST /images/create',
    'GET /images/{name}/json',
    'GET /images/{name}/history',
    'POST /images/{name}/push',
    'POST /images/{name}/tag',
    'DELETE /images/{name}',
    'GET /images/search',
    'POST /images/prune',
    'POST /commit',
    'GET /images/{name}/get',
    'GET /images/get',
    'POST /images/load',
  ],
  System: [
    'POST /auth',
    'GET /info',
    'GET /version',
    'GET /_ping',
    'HEAD /_ping',
    'GET /events',
    'GET /system/df',
  ],
  Exec: [
    'POST /containers/{id}/exec',
    'POST /exec/{id}/start',
    'POST /exec/{id}/resize',
    'GET /exec/{id}/json',
  ],
  // Pruned while there is none: measuring one takes a machine.
  Volume: [
    'POST /volumes/prune',
    'GET /volumes',
    'POST /volumes/create',
    'GET /volumes/{name}',
    'PUT /volumes/{name}',
    'DELETE /volumes/{name}',
  ],
  Network: [
    'GET /networks',
    'GET /networks/{id}',
    'DELETE /networks/{id}',
    'POST /networks/create',
    'POST /networks/{id}/connect',
    'POST /networks/{id}/disconnect',
    'POST /networks/prune',
  ],
  Plugin: [
    'GET /plugins',
    'GET /plugins/privileges',
    'POST /plugins/pull',
    'GET /plugins/{name}/json',
    'DELETE /plugins/{name}',
    'POST /plugins/{name}/enable',
    'POST /plugins/{name}/disable',
    'POST /plugins/{name}/upgrade',
    'POST /plugins/create',
    'POST /plugins/{name}/push',
    'POST /plugins/{name}/set',
  ],
  Node: ['GET /nodes', 'GET /nodes/{id}', 'DELETE /nodes/{id}', 'POST /nodes/{id}/update'],
  Swarm: [
    'GET /swarm',
    'POST /swarm/init',
    'POST /swarm/join',
    'POST /swarm/leave',
    'POST /swarm/update',
    'GET /swarm/unlockkey',
    'POST /swarm/unlock',
  ],
  Service: [
    'GET /services',
    'POST /services/create',
    'GET /services/{id}',
    'DELETE /services/{id}',
    'POST /services/{id}/update',
    'GET /services/{id}/logs',
  ],
  Task: ['GET /tasks', 'GET /tasks/{id}', 'GET /tasks/{id}/logs'],
  Secret: [
    'GET /secrets',
    'POST /secrets/create',
    'GET /secrets/{id}',
    'DELETE /secrets/{id}',
    'POST /secrets/{id}/update',
  ],
  Config: [
    'GET /configs',
    'POST /configs/create',
    'GET /configs/{id}',
    'DELETE /configs/{id}',
    'POST /configs/{id}/update',
  ],
  Distribution: ['GET /distribution/{name}/json'],
  Session: ['POST /session'],
};

let engine: FakeEngine;

beforeAll(async () => {
  engine = await createFakeEngine();
});

async function answerTo(method: string, path: string): Promise<{ status: number; text: string }> {
  const signal = AbortSignal.timeout(100);
  const response = await engine.handler({ method, path, headers: {}, signal });
  if (response.status === 200 && path.startsWith('/v1.51/events')) {
    await (response.body as ReadableStream).cancel();
    return { status: 200, text: '' };
  }
  return { status: response.status, text: new TextDecoder().decode(await bodyBytes(response)) };
}

describe.each(Object.entries(operations))('%s', (_tag, list) => {
  test.each(list)('%s is no page not found', async (operation) => {
    const [method = '', path = ''] = operation.split(' ');
    const filled = path.replace(/\{\w+\}/g, 'nosuch');
    const { status, text } = await answerTo(method, `/v1.51${filled}`);
    expect(text).not.toContain('page not found');
    if (status < 400 || method === 'HEAD') return;
    // As dockerd: an attach that fails has text for a body, as its stream would have.
    if (path.endsWith('/attach')) expect(text).toBe('No such container: nosuch\r\n');
    else {
      const { message } = JSON.parse(text) as { message: unknown };
      expect(message).toEqual(expect.stringMatching(/./));
    }
  });
});

test('what is not documented is page not found, and so is a method that is not', async () => {
  for (const [method, path] of [
    ['GET', '/nosuch'],
    ['GET', '/v1.51/nosuch'],
    ['PUT', '/v1.51/containers/json'],
    ['GET', '/'],
  ] as const) {
    expect(await answerTo(method, path)).toEqual({
      status: 404,
      text: '{"message":"page not found"}\n',
    });
  }
});

test('versions that are too old or too new are refused in Docker’s words', async () => {
  expect(await answerTo('GET', '/v1.23/info')).toEqual({
    status: 400,
    // Clients before 1.24 do not read JSON.
    text: 'client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version\n',
  });
  expect(await answerTo('GET', '/v1.52/info')).toEqual({
    status: 400,
    text: '{"message":"client version 1.52 is too new. Maximum supported API version is 1.51"}\n',
  });
});

test.each([
  ['{', 'application/json', 'invalid JSON: unexpected EOF'],
  [' ', 'application/json', 'invalid JSON: got EOF while reading request body'],
  ['{} 1', 'application/json', 'unexpected content after JSON'],
  ['{}', 'text/plain', `unsupported Content-Type header (text/plain): must be 'application/json'`],
  ['{}', '', 'malformed Content-Type header (): mime: no media type'],
])('the body %j of type %j is refused: %s', async (body, type, message) => {
  const response = await engine.handler({
    method: 'POST',
    path: '/v1.51/containers/create',
    headers: { 'content-type': type },
    body: new TextEncoder().encode(body),
  });
  expect(response.status).toBe(400);
  const text = new TextDecoder().decode(await bodyBytes(response));
  expect(JSON.parse(text)).toEqual({ message });
});
