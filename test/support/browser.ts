/** A real Chromium for the browser tests: Debian's, or the one that CHROMIUM names. CHROMIUM_FLAGS are further switches. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';

const candidates = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Playwright turns off that storage is kept apart by the page at the top, as browsers do: without, frames of other sites get
 * no service worker. The last switch of its kind counts.
 */
export const apartBySite = '--disable-features=HttpsUpgrades';

/** Launches the browser; fails with a plain message when there is none. */
export async function launchBrowser(...switches: readonly string[]): Promise<Browser> {
  const executablePath = candidates.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) {
    throw new Error(
      'Cannot run browser tests: no Chromium found. Install "chromium" or set CHROMIUM',
    );
  }
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...switches,
      ...(process.env['CHROMIUM_FLAGS']?.split(' ') ?? []),
    ],
  });
}

/** Everything that went wrong in a page: policy violations, console errors, uncaught errors. */
export function collectProblems(context: BrowserContext): string[] {
  const problems: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  context.on('weberror', ({ error }) => {
    const thrown = error();
    problems.push(`uncaught: ${thrown.message}`);
  });
  return problems;
}

/** Text of the terminal's screen, as a learner reads it. */
export async function terminalText(page: Page): Promise<string> {
  const rows = await page.locator('#terminal .xterm-rows > div').allInnerTexts();
  return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd()).join('\n');
}

/** Saves a picture to test/artifacts. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = new URL('../artifacts/', import.meta.url).pathname;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}${name}.png` });
}
