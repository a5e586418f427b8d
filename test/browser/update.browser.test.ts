/** A new version on the server: offered when it is stored whole, taken when the learner says so. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { PublishedPlayground, sha256 } from '../support/publish.ts';

let playground: PublishedPlayground;
let browser: TestBrowser;

beforeAll(async () => {
  [playground, browser] = await Promise.all([PublishedPlayground.start(), openBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await playground.stop();
});

test('a new version waits until it is taken, and is then the only one', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(playground.url);
  await page
    .locator('[data-phase=ready]', { hasText: 'Works offline' })
    .waitFor({ timeout: 45_000 });
  await playground.publish('second');
  await page.reload();
  expect(await page.locator('#second').count()).toBe(0);
  await page.getByText('A new version is ready.').waitFor();
  expect(await page.locator('#second').count()).toBe(0);
  await page.getByRole('button', { name: 'Reload' }).click();
  await page.locator('#second').waitFor({ state: 'attached' });
  const caches = await page.evaluate(async () => (await window.caches.keys()).sort());
  expect(caches).toEqual(['bottleship-blobs', `bottleship-core-${sha256('second').slice(0, 16)}`]);

  // Files of two versions on the server, as in the middle of a deployment: nothing of it is used.
  await playground.publish('torn', { isTorn: true });
  await page.reload();
  await page.waitForTimeout(2000);
  await page.reload();
  expect(await page.locator('#torn').count()).toBe(0);
  expect(await page.locator('#second').count()).toBe(1);
  await context.close();
});
