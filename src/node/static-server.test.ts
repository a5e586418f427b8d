import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { staticServer } from './static-server.ts';

let folder: string;
let server: Server;
let port: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'static-server-'));
  const root = join(folder, 'dist');
  await mkdir(join(root, 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret'), 'secret');
  await writeFile(join(root, 'index.html'), '<p>page</p>');
  await writeFile(join(root, 'kernel.bin'), '0123456789');
  await writeFile(join(root, 'kernel.bin.br'), 'brotli');
  await writeFile(join(root, 'assets/index-abc.js'), '1;');
  await writeFile(join(root, 'empty'), '');
  await symlink(join(folder, 'secret'), join(root, 'link'));
  server = createServer(await staticServer(root));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends the path as it is: `fetch` would resolve the dots away. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (incoming) => {
      let body = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (text: string) => {
        body += text;
      });
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

test('staticServer() answers / with the page under a policy without eval', async () => {
  const { status, headers, body } = await ask('/');
  expect(status).toBe(200);
  expect(body).toBe('<p>page</p>');
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(headers['cache-control']).toBe('no-cache');
  expect(headers['content-security-policy']).toContain("'wasm-unsafe-eval'");
  expect(headers['content-security-policy']).not.toMatch(/unsafe-inline|'unsafe-eval'|blob:|data:/);
  expect(headers['cross-origin-embedder-policy']).toBeUndefined();
});

test('staticServer() sends the precompressed sibling to those who accept it', async () => {
  const compressed = await ask('/kernel.bin', { 'accept-encoding': 'gzip, br' });
  expect(compressed.body).toBe('brotli');
  expect(compressed.headers['content-encoding']).toBe('br');
  expect(compressed.headers.vary).toBe('accept-encoding');
  const plain = await ask('/kernel.bin', { 'accept-encoding': 'gzip, br;q=0' });
  expect(plain.body).toBe('0123456789');
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(plain.headers.etag).not.toBe(compressed.headers.etag);
  expect((await ask('/kernel.bin.br')).status).toBe(404);
});

test('staticServer() answers an unchanged file with 304', async () => {
  const { headers } = await ask('/kernel.bin');
  const again = await ask('/kernel.bin', { 'if-none-match': String(headers.etag) });
  expect([again.status, again.body]).toEqual([304, '']);
});

test.each([
  ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
  ['bytes=7-', 206, '789', 'bytes 7-9/10'],
  ['bytes=-3', 206, '789', 'bytes 7-9/10'],
  ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
  ['bytes=10-', 416, 'Range not satisfiable\n', 'bytes */10'],
  ['bytes=4-2', 200, '0123456789', undefined],
  ['bytes=0-1,4-5', 200, '0123456789', undefined],
])('staticServer() answers range %s with %i', async (range, status, body, contentRange) => {
  const answer = await ask('/kernel.bin', { range, 'accept-encoding': 'br' });
  expect(answer.status).toBe(status);
  expect(answer.body).toBe(body);
  expect(answer.headers['content-range']).toBe(contentRange);
});

test('staticServer() caches hashed names for ever and asks again for the others', async () => {
  const immutable = 'public, max-age=31536000, immutable';
  expect((await ask('/assets/index-abc.js')).headers['cache-control']).toBe(immutable);
  expect((await ask('/kernel.bin?v=0123456789ab')).headers['cache-control']).toBe(immutable);
  expect((await ask('/kernel.bin?x=1')).headers['cache-control']).toBe('no-cache');
});

test('staticServer() answers HEAD with the headers alone', async () => {
  const { status, headers, body } = await ask('/kernel.bin', {}, 'HEAD');
  expect([status, headers['content-length'], body]).toEqual([200, '10', '']);
  expect((await ask('/empty')).status).toBe(200);
});

test.each([
  '/../secret',
  '/..%2fsecret',
  '/%2e%2e/secret',
  '/assets/../../secret',
  '/..\\secret',
  '//secret',
  '/link',
  '/%00',
  '/%zz',
  '/assets/',
])('staticServer() finds nothing at %s', async (path) => {
  expect((await ask(path)).status).toBe(404);
});

test('staticServer() refuses to write', async () => {
  const { status, headers } = await ask('/', {}, 'POST');
  expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
});
