/** What the page says when something is not as usual: no kernel yet or at all, a new version, storage that is full. */
import type { Browser, Page } from 'playwright-core';
import { openToPrompt, typeLine, waitForText } from '../support/playground.ts';
import { PublishedPlayground } from '../support/publish.ts';
import { atEachSize, newContext, sizes } from './camera.ts';
import { fromPalette, showView } from './scenes.ts';

/** Takes the picture of one notice, or several, in a browser profile of its own. */
export type Notice = (browser: Browser, url: string) => Promise<void>;

export const notices: Readonly<Record<string, Notice>> = {
  /** The kernel is still on its way. */
  boot: (browser, url) => withoutKernel(browser, { name: 'boot', url }),
  /** It does not come. */
  failure: (browser, url) => withoutKernel(browser, { name: 'failure', url }),
  update: takeUpdate,
  empty: takeEmpty,
  'storage-full': takeStorageFull,
};

async function withoutKernel(
  browser: Browser,
  { name, url }: { readonly name: 'boot' | 'failure'; readonly url: string },
): Promise<void> {
  const context = await newContext(browser, { viewport: sizes.laptop, serviceWorkers: 'block' });
  await context.route('**/machine/kernel.bin*', (route) =>
    name === 'boot' ? undefined : route.abort(),
  );
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForTimeout(1500);
  await atEachSize(page, name);
  await context.close();
}

async function takeUpdate(browser: Browser): Promise<void> {
  const playground = await PublishedPlayground.start();
  const context = await newContext(browser, { viewport: sizes.laptop });
  try {
    const page = await context.newPage();
    await page.goto(playground.url);
    await page
      .locator('[data-phase=ready]', { hasText: 'Works offline' })
      .waitFor({ timeout: 60_000 });
    await playground.publish('second');
    await openToPrompt(page, playground.url);
    await page.getByText('A new version is ready.').waitFor({ timeout: 60_000 });
    await atEachSize(page, 'update');
  } finally {
    await context.close();
    await playground.stop();
  }
}

/** The views of a machine on which nothing was done yet. */
async function takeEmpty(browser: Browser, url: string): Promise<void> {
  const context = await newContext(browser, { viewport: sizes.laptop, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await openToPrompt(page, url);
  for (const name of ['containers', 'images', 'processes', 'network', 'xray', 'files']) {
    await showView(page, name);
    await atEachSize(page, `empty-${name}`);
    await page.setViewportSize(sizes.laptop);
  }
  await context.close();
}

/** Room for the machine, and not for much more. */
const quotaSize = 20_000_000;

/** A pull that finds no room, and then a machine that cannot be saved. */
async function takeStorageFull(browser: Browser, url: string): Promise<void> {
  const context = await newContext(browser, { viewport: sizes.laptop, reducedMotion: 'reduce' });
  const page = await context.newPage();
  // From the start: the browser remembers for a while how much was free.
  const session = await context.newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(url).origin, quotaSize });
  await openToPrompt(page, url);
  await fillStorage(page);
  await atEachSize(page, 'storage-full');
  await page.setViewportSize(sizes.laptop);
  await fromPalette(page, 'sessions');
  await page.getByRole('button', { name: 'Save the machine' }).click();
  await page.getByRole('dialog').getByRole('alert').waitFor({ timeout: 60_000 });
  await atEachSize(page, 'sessions-full');
  await context.close();
}

/** Pulls until there is no room. */
async function fillStorage(page: Page): Promise<void> {
  for (const image of ['nginx', 'redis', 'python', 'tcc', 'busybox']) {
    await typeLine(page, `docker pull ${image}`);
    const text = await waitForText(
      page,
      (shown) => shown.includes(`pull ${image}`) && /# ?$/.test(shown),
    );
    if (text.includes('no space left')) return;
  }
  throw new Error('Everything found room');
}
