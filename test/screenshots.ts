/** `npm run screenshots`: pictures of every view, in both themes and at three sizes, and in Chinese, into test/artifacts/views; run by hand. */
import { mkdir } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './support/browser.ts';
import { openToPrompt, startPlayground } from './support/playground.ts';

const sizes = {
  phone: { width: 390, height: 844 },
  laptop: { width: 1280, height: 800 },
  wide: { width: 1920, height: 1080 },
} as const;

const folder = new URL('./artifacts/views/', import.meta.url).pathname;

/** Something to look at: containers that run, one that ended, and a file. */
const prepared = [
  'docker run -d --name web -p 8080:80 nginx',
  "docker run -d --name clock busybox sh -c 'while :; do date; sleep 5; done'",
  'docker run --name greeting hello-world',
  String.raw`mkdir -p /root/app; printf 'FROM busybox AS base\nCOPY . /app\nCMD ["/app/run.sh"]\n' > /root/app/Dockerfile`,
];

/** What somebody does who opens a view. */
const opened: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  lesson: async (page) => page.locator('[data-shown=lesson] li button').first().click(),
  files: async (page) => {
    await page.getByRole('treeitem', { name: 'app', exact: true }).click();
    await page.getByRole('treeitem', { name: 'Dockerfile' }).click();
    await page.locator('.cm-content').waitFor();
  },
  xray: async (page) => {
    await page.evaluate(() => window.bottleship?.run('docker run --rm busybox echo hello'));
  },
};

/** Milliseconds for a view to draw itself: pictures are looked at, not tested. */
const settleMs = 600;

async function main(): Promise<void> {
  const [playground, browser] = await Promise.all([startPlayground(), launchBrowser()]);
  try {
    await mkdir(folder, { recursive: true });
    // Of the same site as the previews, whose frames have a service worker then in every browser.
    await pictures(browser, playground.url.replace('localhost', 'bottleship.localhost'));
  } finally {
    await browser.close();
    await playground.stop();
  }
}

async function pictures(browser: Browser, url: string): Promise<void> {
  const context = await browser.newContext({ viewport: sizes.laptop, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await openToPrompt(page, url);
  for (const commandLine of prepared) {
    await page.evaluate((line) => window.bottleship?.run(line), commandLine);
  }
  for (const view of await viewsOf(page)) {
    const button = page.locator(`[data-view=${view}]`);
    if ((await button.getAttribute('aria-pressed')) !== 'true') await button.click();
    await opened[view]?.(page);
    await settled(page);
    await atEachSize(page, view);
    await page.setViewportSize(sizes.laptop);
    if (view === 'lesson') await button.click();
  }
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await atEachSize(page, 'share');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Shift+P');
  await atEachSize(page, 'palette');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /8080/ }).first().click();
  await page.locator('iframe').waitFor();
  await page.waitForTimeout(5 * settleMs);
  await atEachSize(page, 'preview');
}

/** In both themes, and in Chinese. */
async function atEachSize(page: Page, name: string): Promise<void> {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `${name}-${size}-${colorScheme}`);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    // By script: a dialog may be in front of the button.
    const speak = (name: string) =>
      page
        .getByRole('button', { name, includeHidden: true })
        .evaluate((button) => (button as HTMLElement).click());
    await speak('简体中文');
    await picture(page, `${name}-${size}-chinese`);
    await speak('English');
  }
}

async function picture(page: Page, name: string): Promise<void> {
  await settled(page);
  await page.screenshot({ path: `${folder}${name}.png` });
}

/** Waits for what the view reads of the machine, which may have much to do. */
async function settled(page: Page): Promise<void> {
  await page.waitForTimeout(settleMs);
  await page
    .getByText(/Reading…|正在读取…/)
    .first()
    .waitFor({ state: 'detached' });
}

function viewsOf(page: Page): Promise<string[]> {
  return page
    .locator('[data-view]')
    .evaluateAll((buttons) =>
      buttons.map((button) => (button as HTMLElement).dataset['view'] ?? ''),
    );
}

void main();
