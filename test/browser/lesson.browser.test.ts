/** A lesson from its first step to its last, by a learner who clicks, in the page that learners meet. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { openToPrompt, type PlaygroundFixture, startPlayground } from '../support/playground.ts';

let playground: PlaygroundFixture;
let browser: TestBrowser;
let page: Page;
const problems: string[] = [];

/** A check looks at the machine when something happened there: generous, because the test's machine may be slow. */
const checkTimeoutMs = 60_000;
const lessonTitle = 'Volumes and bind mounts';

beforeAll(async () => {
  [playground, browser] = await Promise.all([startPlayground(), openBrowser()]);
  page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  page.setDefaultTimeout(checkTimeoutMs);
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await openToPrompt(page, playground.url);
});

afterAll(async () => {
  await browser.close();
  await playground.stop();
});

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });

/** Clicks every block that runs, in the order of the text; the shell takes them one after the other. */
async function runBlocks(): Promise<void> {
  const blocks = page.locator('figure[data-kind=run] [data-action=run]');
  for (let at = 0; at < (await blocks.count()); at++) await blocks.nth(at).click();
}

test('a learner goes through a lesson by its buttons, and each check turns green', async () => {
  await page.locator('[data-view=lesson]').click();
  await button(`Start: ${lessonTitle}`).click();
  const titles: string[] = [];
  for (;;) {
    const heading = page.locator('article h2');
    const title = await heading.innerText();
    titles.push(title);
    await page.locator('article .status:empty').waitFor({ state: 'attached' });
    const next = button(/^(?:Next step|Finish the lesson)$/);
    expect(await next.isEnabled(), `"${title}" is open before anything was done`).toBe(false);
    await runBlocks();
    for (const right of ['A bind mount of the source folder']) {
      const answer = page.getByLabel(right);
      if ((await answer.count()) === 0) continue;
      await answer.check();
      await button('Check the answer').click();
      await page.getByText('Right.').waitFor();
    }
    await expect.poll(() => next.isEnabled(), { timeout: checkTimeoutMs }).toBe(true);
    const isLast = (await next.innerText()) === 'Finish the lesson';
    await next.click();
    if (isLast) break;
    await expect.poll(() => heading.innerText(), { timeout: checkTimeoutMs }).not.toBe(title);
  }
  expect(titles).toEqual([
    'What is lost with a container',
    'A named volume',
    'A volume in use',
    'A folder of the machine',
    'Clean up',
  ]);
  await page.getByText('You have finished this lesson.').waitFor();
});

test('what was done is remembered after a reload, and told in Chinese too', async () => {
  await page.reload();
  await page.locator('[data-view=lesson]').waitFor();
  if ((await page.locator('[data-view=lesson]').getAttribute('aria-pressed')) !== 'true')
    await page.locator('[data-view=lesson]').click();
  await page.getByText('5 of 5 steps done').waitFor();
  await button('简体中文').click();
  await page.locator('[data-shown=lesson] progress').first().waitFor();
  expect(await page.locator('[data-shown=lesson] progress').last().getAttribute('value')).toBe('5');
  expect(await page.getByText(lessonTitle).count()).toBe(0);
  expect(problems).toEqual([]);
});
