/** Takes the pictures: both themes, three sizes, both languages. */
import { mkdir } from 'node:fs/promises';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

export const sizes = {
  phone: { width: 390, height: 844 },
  laptop: { width: 1280, height: 800 },
  wide: { width: 1920, height: 1080 },
} as const;

const folder = new URL('../artifacts/views/', import.meta.url).pathname;

export async function newContext(
  browser: Browser,
  options: BrowserContextOptions,
): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  // What runs in the page was compiled by tsx, which names functions by a helper of its own.
  await context.addInitScript('globalThis.__name = (named) => named');
  return context;
}

/** In both themes, and in Chinese. */
export async function atEachSize(page: Page, name: string): Promise<void> {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    await inBothThemes(page, `${name}-${size}`);
    // By script: a dialog may be in front of the button.
    const speak = (language: string) =>
      page
        .getByRole('button', { name: language, includeHidden: true })
        .evaluate((button) => (button as HTMLElement).click());
    await speak('简体中文');
    await picture(page, `${name}-${size}-chinese`);
    await speak('English');
  }
}

export async function inBothThemes(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await picture(page, `${name}-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Milliseconds for a view to draw itself: pictures are looked at, not tested. */
const settleMs = 500;

/** Waits for what the view reads of the machine, which may have much to do. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(settleMs);
  // A machine that has much to do draws late, and a theme in parts.
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  await page
    .getByText(/Reading…|正在读取…/)
    .first()
    .waitFor({ state: 'detached' });
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}${name}.png` });
}
