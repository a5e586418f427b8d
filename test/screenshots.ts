/**
 * `npm run screenshots [-- NAME…]`: pictures of every view and dialog, in both themes, at three sizes and in Chinese, into
 * test/artifacts/views; of the scenes that are named only, when some are. Run by hand.
 */
import { mkdir } from 'node:fs/promises';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { writeShareFragment } from '../src/playground/share/share-link.ts';
import { launchBrowser } from './support/browser.ts';
import { openToPrompt, startPlayground, typeLine, waitForText } from './support/playground.ts';

const sizes = {
  phone: { width: 390, height: 844 },
  laptop: { width: 1280, height: 800 },
  wide: { width: 1920, height: 1080 },
} as const;

const folder = new URL('./artifacts/views/', import.meta.url).pathname;
const wanted = process.argv.slice(2);

/** What the terminal shows. */
const typed = ['docker run -d --name web -p 8080:80 nginx', 'docker ps', 'docker exec web id'];

/** Something to look at: containers that run, one that ended, and a file. */
const prepared = [
  "docker run -d --name clock -m 64m busybox sh -c 'while :; do date; sleep 5; done'",
  "docker exec clock sh -c 'echo hello > /greeting; echo more >> /etc/group; rm /bin/vi'",
  'docker run --name greeting hello-world',
  String.raw`mkdir -p /root/app; printf 'from busybox AS base\nCOPY . /app\nCMD /app/run.sh\n' > /root/app/Dockerfile`,
];

/** What somebody sees of the workbench, and how it is come by. */
interface Scene {
  readonly name: string;
  readonly open: (page: Page) => Promise<unknown>;
  readonly close?: (page: Page) => Promise<unknown>;
}

async function showView(page: Page, view: string): Promise<void> {
  const button = page.locator(`[data-view=${view}]`);
  if ((await button.getAttribute('aria-pressed')) !== 'true') await button.click();
}

const escape = (page: Page): Promise<void> => page.keyboard.press('Escape');
const view = (name: string, more?: (page: Page) => Promise<unknown>): Scene => ({
  name,
  open: async (page) => {
    await showView(page, name);
    await more?.(page);
  },
});
const dialog = (name: string, open: Scene['open']): Scene => ({ name, open, close: escape });

async function fromPalette(page: Page, command: string): Promise<void> {
  await page.keyboard.press('Control+Shift+P');
  await page.getByRole('dialog').getByRole('combobox').fill(command);
  await page.keyboard.press('Enter');
}

const scenes: readonly Scene[] = [
  view('start'),
  view('files', async (page) => {
    await page.getByRole('treeitem', { name: 'app', exact: true }).click();
    await page.getByRole('treeitem', { name: 'Dockerfile' }).click();
    await page.locator('.cm-lint-marker').first().waitFor();
  }),
  view('containers'),
  {
    name: 'containers-log',
    open: (page) => page.locator('[data-shown=containers] summary').first().click(),
  },
  view('images'),
  {
    name: 'overlay',
    open: async (page) => {
      await page.locator('[data-shown=images] summary').first().click();
      await page
        .locator('[data-shown=images] section select')
        .selectOption({ label: 'clock · busybox' });
      await page.locator('[data-fact=upper]').scrollIntoViewIfNeeded();
    },
  },
  view('processes'),
  {
    name: 'cgroups',
    open: (page) => page.locator('[data-shown=processes] section').last().scrollIntoViewIfNeeded(),
  },
  view('network'),
  {
    name: 'trace',
    open: async (page) => {
      const section = page.locator('[data-shown=network] section', { has: page.locator('select') });
      await section.last().scrollIntoViewIfNeeded();
    },
  },
  view('xray', (page) =>
    page.evaluate(() => window.bottleship?.run('docker run --rm busybox echo hello')),
  ),
  {
    name: 'xray-step',
    open: (page) => page.locator('[data-shown=xray] summary').nth(3).click(),
  },
  dialog('share', (page) => page.getByRole('button', { name: 'Share', exact: true }).click()),
  dialog('repository', (page) => fromPalette(page, 'git repository')),
  dialog('sessions', (page) => fromPalette(page, 'sessions')),
  {
    name: 'sessions-saved',
    open: async (page) => {
      await fromPalette(page, 'sessions');
      await page.getByRole('button', { name: 'Save the machine' }).click();
      await page.getByRole('button', { name: /^Restore / }).waitFor({ timeout: 60_000 });
      await page.getByRole('button', { name: /^Restore / }).click();
    },
    close: async (page) => {
      await escape(page);
    },
  },
  dialog('palette', (page) => page.keyboard.press('Control+Shift+P')),
  dialog('shared', async (page) => {
    const fragment = await writeShareFragment({
      image: 'nginx',
      files: { '/root/site/index.html': '<h1>Hello</h1>\n' },
      commands: ['docker run -d -p 8081:80 -v /root/site:/usr/share/nginx/html nginx'],
    });
    await page.evaluate((text) => (location.hash = text), fragment ?? '');
  }),
  {
    name: 'preview',
    open: async (page) => {
      await page.getByRole('button', { name: /8080/ }).first().click();
      await page.frameLocator('iframe').getByRole('heading').first().waitFor();
    },
    close: (page) => fromPalette(page, 'close the preview'),
  },
  view('lesson', (page) => page.locator('[data-shown=lesson] li button').first().click()),
  {
    name: 'lesson-end',
    open: (page) => page.locator('article footer').scrollIntoViewIfNeeded(),
  },
];

/** Pages of their own, by what is beside the playground's address. */
const pages: Readonly<Record<string, string>> = {
  embed:
    'embed?panes=terminal,containers&boot=load&command=docker run -d --name web -p 80:80 nginx',
  'embed-lesson': 'embed?course=first-course&lesson=volumes&boot=load',
  'embed-click': 'embed?image=busybox&boot=click',
  gallery: 'gallery.html',
};

async function main(): Promise<void> {
  const [playground, browser] = await Promise.all([startPlayground(), launchBrowser()]);
  try {
    await mkdir(folder, { recursive: true });
    // Of the same site as the previews, whose frames have a service worker then in every browser.
    const url = playground.url.replace('localhost', 'bottleship.localhost');
    await startPictures(browser, url);
    await otherPages(browser, url);
    if (scenes.some(({ name }) => isWanted(name))) await workbenchPictures(browser, url);
  } finally {
    await browser.close();
    await playground.stop();
  }
}

async function newContext(
  browser: Browser,
  options: BrowserContextOptions,
): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  // What runs in the page was compiled by tsx, which names functions by a helper of its own.
  await context.addInitScript('globalThis.__name = (named) => named');
  return context;
}

const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name);

async function workbenchPictures(browser: Browser, url: string): Promise<void> {
  const context = await newContext(browser, { viewport: sizes.laptop, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await openToPrompt(page, url);
  for (const line of typed) {
    await typeLine(page, line);
    await waitForText(page, /root@bottleship:~# ?$/);
  }
  for (const commandLine of prepared) {
    await page.evaluate((line) => window.bottleship?.run(line), commandLine);
  }
  for (const { name, open, close } of scenes) {
    try {
      await open(page);
      if (isWanted(name)) await atEachSize(page, name);
      await page.setViewportSize(sizes.laptop);
      await close?.(page);
    } catch (error) {
      console.error(`${name}: ${String(error)}`);
      await page.setViewportSize(sizes.laptop);
      await escape(page);
    }
  }
  await context.close();
}

/** A machine whose kernel is still on its way, and one whose kernel does not come. */
async function startPictures(browser: Browser, url: string): Promise<void> {
  for (const name of ['boot', 'failure']) {
    if (!isWanted(name)) continue;
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
}

async function otherPages(browser: Browser, url: string): Promise<void> {
  for (const [name, address] of Object.entries(pages)) {
    if (!isWanted(name)) continue;
    for (const locale of ['en', 'zh-CN']) {
      const context = await newContext(browser, { viewport: sizes.laptop, locale });
      const page = await context.newPage();
      await page.goto(new URL(address, url).href);
      await page.waitForTimeout(name === 'embed' ? 9000 : 3000);
      for (const [size, viewport] of Object.entries(sizes)) {
        await page.setViewportSize(viewport);
        if (locale === 'en') await inBothThemes(page, `${name}-${size}`);
        else await picture(page, `${name}-${size}-chinese`);
      }
      await context.close();
    }
  }
}

/** In both themes, and in Chinese. */
async function atEachSize(page: Page, name: string): Promise<void> {
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

async function inBothThemes(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await picture(page, `${name}-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Milliseconds for a view to draw itself: pictures are looked at, not tested. */
const settleMs = 500;

/** Waits for what the view reads of the machine, which may have much to do. */
async function picture(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(settleMs);
  await page
    .getByText(/Reading…|正在读取…/)
    .first()
    .waitFor({ state: 'detached' });
  await page.screenshot({ path: `${folder}${name}.png` });
}

void main();
