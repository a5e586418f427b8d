/** `npm start`, as somebody types it: it serves the page and the proxy, and Ctrl+C ends it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { buildIfStale, root } from '../../src/node/build-if-stale.mjs';

let started: ChildProcess | undefined;

afterEach(() => {
  started?.kill('SIGTERM');
});

test('npm start prints its address, serves the page and the proxy, and ends with Ctrl+C', async () => {
  buildIfStale();
  // A process group of its own: a terminal sends Ctrl+C to the whole group.
  const child = spawn(process.execPath, ['src/node/start.mjs', '--port', '0'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started = child;
  let output = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    output += text;
  });
  await expect.poll(() => output, { timeout: 60_000 }).toContain('Press Ctrl+C to stop.');
  const url = /Bottleship is at (http:\/\/localhost:\d+\/)/.exec(output)?.[1] ?? '';
  const page = await fetch(url);
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
  expect(await page.text()).toContain('<title>Bottleship');
  const proxy = await fetch(new URL('v2/', url));
  expect(proxy.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
  const ended = new Promise<number | null>((resolve) => {
    child.on('exit', resolve);
  });
  process.kill(-(child.pid ?? 0), 'SIGINT');
  expect(await ended).toBe(0);
});
