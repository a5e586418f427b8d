/** What lasts: images across a reload, and the whole page without a network. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, screenshot, type TestBrowser } from '../support/browser.ts';
import { openToPrompt, startPlayground, typeCommand } from '../support/playground.ts';
import type { PlaygroundFixture } from '../support/playground.ts';

let playground: PlaygroundFixture;
let browser: TestBrowser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  [playground, browser] = await Promise.all([startPlayground(), openBrowser()]);
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
});

afterAll(async () => {
  await browser.close();
  await playground.stop();
});

const hello = 'docker run --rm hello-world | head -3';
const blobs = (): string[] => playground.requests.filter((path) => path.includes('/blobs/'));

test('after a reload an image runs without a request for any blob', async () => {
  await openToPrompt(page, playground.url);
  expect(await typeCommand(page, hello)).toMatch(/Hello from/);
  expect(blobs()).not.toEqual([]);
  await page
    .locator('[data-phase=ready]', { hasText: 'Works offline' })
    .waitFor({ timeout: 45_000 });
  playground.requests.length = 0;
  await page.reload();
  await openToPrompt(page, playground.url);
  const output = await typeCommand(page, hello);
  expect(output).toMatch(/Hello from/);
  expect(output).not.toContain('Unable to find image');
  expect(blobs()).toEqual([]);
});

test('without a network the page boots and every bundled image runs', async () => {
  await playground.stop();
  await context.setOffline(true);
  await openToPrompt(page, playground.url);
  expect(await typeCommand(page, hello)).toMatch(/Hello from/);
  // Never pulled before: it comes from what the service worker saved.
  const output = await typeCommand(page, 'docker run --rm busybox echo offline-$((6*7))');
  expect(output).toContain('Downloaded newer image for busybox:latest');
  expect(output).toContain('offline-42');
  await screenshot(page, 'offline');
  expect(await typeCommand(page, 'docker run --rm nginx nginx -v')).toMatch(/nginx version: nginx/);
  expect(await typeCommand(page, 'docker run --rm redis redis-server -v')).toMatch(
    /Redis server v=/,
  );
});

test('without a network an image that is not bundled fails with its cause', async () => {
  expect(await typeCommand(page, 'docker run --rm alpine true; echo $?')).toMatch(/125$/);
});
