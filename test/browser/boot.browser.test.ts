/** The page's start in a real Chromium: to a prompt, through a failure, in both languages, on a phone. */
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectProblems, openBrowser, screenshot, type TestBrowser } from '../support/browser.ts';
import { openToPrompt, startPlayground, waitForText } from '../support/playground.ts';
import type { PlaygroundFixture } from '../support/playground.ts';

/** The target for everything before the first prompt. */
const wireBytesMax = 5_000_000;

let playground: PlaygroundFixture;
let browser: TestBrowser;

beforeAll(async () => {
  [playground, browser] = await Promise.all([startPlayground(), openBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await playground.stop();
});

/** A visitor with an empty cache. */
async function visit(
  options: BrowserContextOptions,
  story: (page: Page, context: BrowserContext) => Promise<void>,
): Promise<string[]> {
  const context = await browser.newContext(options);
  const problems = collectProblems(context);
  try {
    await story(await context.newPage(), context);
  } finally {
    await context.close();
  }
  return problems;
}

test('window.bottleship is there when the page has loaded, and takes a command line at once', async () => {
  await visit({}, async (page) => {
    await page.goto(playground.url);
    expect(await page.evaluate(() => Object.keys(window.bottleship ?? {}))).toEqual([
      'ready',
      'run',
      'engine',
    ]);
    expect(await page.evaluate(() => window.bottleship?.run('echo here'))).toEqual({
      stdout: 'here\n',
      stderr: '',
      exitCode: 0,
    });
  });
});

test('the page boots to a prompt within its policy and 5 MB on the wire', async () => {
  const problems = await visit({ viewport: { width: 1280, height: 800 } }, async (page) => {
    const before = playground.sentBytes();
    const startedAt = Date.now();
    await openToPrompt(page, playground.url);
    const promptMs = Date.now() - startedAt;
    const wireBytes = playground.sentBytes() - before;
    console.log(`first prompt after ${promptMs} ms and ${wireBytes} bytes on the wire`);
    expect(wireBytes).toBeLessThan(wireBytesMax);
    expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(false);
    await screenshot(page, 'prompt');
  });
  expect(problems).toEqual([]);
});

const userAgent =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36';

test('a start that fails shows its cause, and trying again works', async () => {
  await visit({}, async (page, context) => {
    await context.route('**/machine/booted.bin*', (route) => route.abort());
    await page.goto(playground.url);
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).toBe(
      'Cannot download "booted.bin": the server does not answer',
    );
    expect(await page.locator('[data-phase]').getAttribute('data-phase')).toBe('failed');
    await screenshot(page, 'failure');
    await context.unroute('**/machine/booted.bin*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await waitForText(page, /root@bottleship/);
  });
});

test('a machine that was changed on its way is refused', async () => {
  await visit({}, async (page, context) => {
    await context.route('**/machine/booted.bin*', (route) =>
      route.fulfill({ status: 200, body: 'not a kernel' }),
    );
    await page.goto(playground.url);
    expect(await page.getByRole('alert').innerText()).toContain(
      'Cannot use "booted.bin": what the server sent is not what this page was built with',
    );
  });
});

test('the language follows the browser, and the choice is remembered', async () => {
  const problems = await visit({ locale: 'zh-CN', colorScheme: 'dark' }, async (page) => {
    await page.goto(playground.url);
    const heading = page.getByRole('heading', { level: 2 }).first();
    expect(await heading.innerText()).toBe('容器主机，就在这个标签页里');
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-Hans');
    await screenshot(page, 'chinese-dark');
    await page.getByRole('button', { name: 'English' }).click();
    expect(await heading.innerText()).toBe('A container host, inside this tab');
    await page.reload();
    expect(await heading.innerText()).toBe('A container host, inside this tab');
  });
  expect(problems).toEqual([]);
});

test('the page fits a phone, whose smaller machine boots its kernel', async () => {
  const phone = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 2, userAgent };
  await visit(phone, async (page) => {
    const before = playground.requests.length;
    await openToPrompt(page, playground.url);
    const memory = await page.evaluate(() => window.bottleship?.run('free -m'));
    expect(memory?.stdout).toMatch(/^Mem: +2\d\d /m);
    const asked = playground.requests.slice(before).join(' ');
    expect(asked).toMatch(/kernel\.bin/);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    await screenshot(page, 'phone');
  });
});

test('two tabs have a machine each', async () => {
  await visit({}, async (page, context) => {
    const other = await context.newPage();
    await Promise.all([openToPrompt(page, playground.url), openToPrompt(other, playground.url)]);
    const hear = (tab: Page): Promise<string> =>
      tab.evaluate(async () => {
        await window.bottleship?.run('echo mine >> /tmp/tab');
        return (await window.bottleship?.run('cat /tmp/tab'))?.stdout ?? '';
      });
    expect(await Promise.all([hear(page), hear(other)])).toEqual(['mine\n', 'mine\n']);
  });
});
