/** What a reload of the page leaves: a stopped container with what it wrote, and a volume. Another tab starts empty. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import {
  openToPrompt,
  startPlayground,
  typeCommand,
  type PlaygroundFixture,
} from '../support/playground.ts';

let playground: PlaygroundFixture;
let browser: TestBrowser;
let page: Page;

beforeAll(async () => {
  [playground, browser] = await Promise.all([startPlayground(), openBrowser()]);
  const context = await browser.newContext({ viewport: { width: 2000, height: 900 } });
  page = await context.newPage();
  await openToPrompt(page, playground.url);
});

afterAll(async () => {
  await browser.close();
  await playground.stop();
});

test('a stopped container and a volume come back with the page, and another tab has none', async () => {
  await typeCommand(page, 'docker pull -q busybox');
  const write = 'echo layer > /f; echo volume > /v/f; sync';
  await typeCommand(page, `docker run --name kept -v kept:/v busybox sh -c '${write}'`);
  const other = await page.context().newPage();
  await openToPrompt(other, playground.url);
  expect(await typeCommand(other, 'docker ps -aq; docker volume ls -q')).toBe('');
  await other.close();

  await openToPrompt(page, playground.url);
  expect(await typeCommand(page, 'docker cp kept:/f - | tar xO')).toBe('layer');
  expect(await typeCommand(page, 'docker run --rm -v kept:/v busybox cat /v/f')).toBe('volume');
});
