/** What each flag of each command asks of the engine: what the real client asks. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ApiHandler, ApiRequest, ApiResponse } from '../api/http.ts';
import { errorResponse, jsonResponse, runFake, streamResponse } from './testing/fake-invocation.ts';

interface AskedRequest {
  readonly method: string;
  /** Without the version. */
  readonly path: string;
  /** Of the header X-Registry-Auth, decoded. */
  readonly auth?: string;
  readonly body?: string;
}

interface RecordedCase {
  readonly argv: readonly string[];
  readonly requests: readonly AskedRequest[];
  readonly stderr: string;
}

const golden = new URL('../../test/golden/cli/', import.meta.url);

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, golden), 'utf8')) as T;
}

const routes = {
  ...readJson<Readonly<Record<string, unknown>>>('replay/routes.json'),
  ...readJson<Readonly<Record<string, unknown>>>('requests/routes.json'),
};

const cases = readJson<readonly RecordedCase[]>('requests/cases.json');

test.each(cases.map((recorded) => [recorded.argv.join(' '), recorded] as const))(
  'docker %s asks for what docker 28.2.2 asks for',
  async (_, { argv, requests, stderr }) => {
    const asked: AskedRequest[] = [];
    const handler: ApiHandler = async (request) => {
      asked.push(await askedOf(request));
      return answer(request);
    };
    const result = await runFake({ argv, handler });
    expect(result.stderr).toBe(stderr);
    expect(comparable(asked)).toEqual(comparable(requests));
  },
);

function answer({ method, path }: ApiRequest): ApiResponse {
  const route = `${method} ${decodeURIComponent(withoutVersion(path).replace(/\?.*/, ''))}`;
  const value = routes[route] ?? routes[route.replace(/^(\S+ \/\w+\/)[^/]+/, '$1*')];
  if (typeof value === 'string') return streamResponse([value]);
  return value === undefined ? errorResponse(404, `No such thing: ${route}`) : jsonResponse(value);
}

async function askedOf({ method, path, headers, body }: ApiRequest): Promise<AskedRequest> {
  const auth = headers['x-registry-auth'];
  const text = body === undefined ? '' : await new Response(body as BodyInit).text();
  return {
    method,
    path: withoutVersion(path),
    ...(auth === undefined ? {} : { auth: Buffer.from(auth, 'base64url').toString() }),
    ...(text === '' ? {} : { body: text }),
  };
}

/** In one order, as several are asked for at once; without what a detached run waits for in vain. */
function comparable(requests: readonly AskedRequest[]): unknown {
  return requests
    .filter(({ path }) => !/^\/containers\/a{64}\/wait/.test(path))
    .map(({ method, path, auth, body }) => {
      const url = new URL(path, 'http://docker');
      return {
        request: `${method} ${decodeURIComponent(url.pathname)}`,
        query: [...url.searchParams]
          .filter(([, value]) => value !== '')
          .map(([name, value]) => [name, jsonOf(value)])
          .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
        auth: jsonOf(auth),
        body: withoutEmpty(jsonOf(body)),
      };
    })
    .toSorted((a, b) => (a.request < b.request ? -1 : 1));
}

function jsonOf(text: string | undefined): unknown {
  return text === undefined || !/^[{[]/.test(text) ? text : (JSON.parse(text) as unknown);
}

/** Fields that hold null, nothing, 0 or false say as much as those that are left out. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, field]) => [key, withoutEmpty(field)] as const);
  return Object.fromEntries(fields.filter(([, field]) => !isEmpty(field)));
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isEmpty);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || value === undefined || value === '' || value === 0 || value === false;
}

function withoutVersion(path: string): string {
  return path.replace(/^\/v[\d.]+/, '');
}
