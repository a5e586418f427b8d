/** `npm run screenshots`: pictures of every view, in both themes and at three sizes, into test/artifacts/views; run by hand. */
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

/** Milliseconds for a view to draw itself: pictures are looked at, not tested. */
const settleMs = 1500;

async function main(): Promise<void> {
  const [playground, browser] = await Promise.all([startPlayground(), launchBrowser()]);
  try {
    await mkdir(folder, { recursive: true });
    await pictures(browser, playground.url);
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
    await page.setViewportSize(sizes.laptop);
    const button = page.locator(`[data-view=${view}]`);
    if ((await button.getAttribute('aria-pressed')) !== 'true') await button.click();
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.waitForTimeout(settleMs);
        await page.screenshot({ path: `${folder}${view}-${size}-${colorScheme}.png` });
      }
    }
    await page.setViewportSize(sizes.laptop);
    if (view === 'lesson') await button.click();
  }
}

function viewsOf(page: Page): Promise<string[]> {
  return page
    .locator('[data-view]')
    .evaluateAll((buttons) =>
      buttons.map((button) => (button as HTMLElement).dataset['view'] ?? ''),
    );
}

void main();
