/** The content store over Chromium's own IndexedDB, with its locks, its workers and its quota. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentStoreCases } from '../content-store.conformance.ts';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import type { PageTests } from './content-store-page.ts';

declare const tests: PageTests;

let server: Server;
let browser: TestBrowser;
let page: Page;

beforeAll(async () => {
  const script = await bundle(new URL('content-store-page.ts', import.meta.url));
  server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(
      isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>',
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  browser = await openBrowser();
  page = await openPage();
});

afterAll(async () => {
  await browser.close();
  server.close();
});

async function openPage(): Promise<Page> {
  const opened = await browser.newPage();
  await opened.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await opened.waitForFunction(() => 'tests' in globalThis);
  return opened;
}

async function bundle(entry: URL): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: fileURLToPath(entry), formats: ['es'], fileName: 'page' },
    },
  });
  const [first] = [output].flat();
  const chunk = first !== undefined && 'output' in first ? first.output[0] : undefined;
  if (chunk === undefined) throw new Error('Cannot bundle the page of the test');
  return chunk.code;
}

describe('content store over the IndexedDB of Chromium', () => {
  for (const [index, { name }] of contentStoreCases.entries()) {
    it(name, async () => {
      expect(await page.evaluate((at) => tests.runCase(at), index)).toBeUndefined();
    });
  }

  it('keeps what a living worker writes and sweeps what a dead one left', async () => {
    const [during, after] = await page.evaluate(() => tests.endWorker());
    expect(during).toBeGreaterThan(0);
    expect(after).toBe(0);
  });

  it('says what to free when the quota is full, and keeps nothing of the write', async () => {
    // A profile of its own: the browser remembers for a while how much was free.
    const fresh = await openPage();
    const session = await fresh.context().newCDPSession(fresh);
    const { origin } = new URL(fresh.url());
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 30_000_000 });
    const { kind, message, leftovers } = await fresh.evaluate(() => tests.overfill(200_000_000));
    expect(`${kind}: ${message}`).toMatch(/^resourceExhausted: /);
    expect(message).toMatch(
      /^no space left on device: the browser's storage for this site is full \(\d+ MB used\): delete saved sessions, or free images with "docker image prune -a" or "docker rmi"$/,
    );
    expect(leftovers).toBe(0);
  });
});
