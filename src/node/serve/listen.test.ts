import { mkdtempSync, rmSync, statSync, existsSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ApiHandler } from '../../api/http.ts';
import { listen } from './listen.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bottleship-listen-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const handler: ApiHandler = async ({ path }) => ({
  status: 200,
  headers: {},
  body: new TextEncoder().encode(path),
});

function get(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, agent: false }, (response) => resolve(text(response)))
      .on('error', reject)
      .end();
  });
}

test('a socket is the group’s at most, and goes when the listener stops', async () => {
  const path = join(folder, 'new/docker.sock');
  const listener = await listen({ kind: 'unix', path }, handler);
  expect(statSync(path).mode & 0o777).toBe(0o660);
  expect(await get(path, '/_ping')).toBe('/_ping');
  await listener.stop();
  expect(existsSync(path)).toBe(false);
});

test('what a server that was killed left behind is replaced', async () => {
  const path = join(folder, 'docker.sock');
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
  expect(statSync(path).isSocket()).toBe(true);
  const listener = await listen({ kind: 'unix', path }, handler);
  expect(await get(path, '/x')).toBe('/x');
  await listener.stop();
});

test('what is served, or no socket, or too long a path is not touched', async () => {
  const path = join(folder, 'docker.sock');
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(path, resolve));
  await expect(listen({ kind: 'unix', path }, handler)).rejects.toThrow(
    'another process serves it',
  );
  other.close();
  const file = join(folder, 'file');
  writeFileSync(file, 'precious');
  await expect(listen({ kind: 'unix', path: file }, handler)).rejects.toThrow(
    'a file that is no socket is in the way',
  );
  const long = join(folder, 'x'.repeat(100));
  await expect(listen({ kind: 'unix', path: long }, handler)).rejects.toThrow(
    'has at most 107 bytes',
  );
});

test('a port that is taken is an error, and port 0 becomes a free one', async () => {
  const first = await listen({ kind: 'tcp', host: '127.0.0.1', port: 0 }, handler);
  expect(first.address).toMatchObject({ kind: 'tcp', host: '127.0.0.1' });
  await expect(listen(first.address, handler)).rejects.toThrow('EADDRINUSE');
  await first.stop();
});
