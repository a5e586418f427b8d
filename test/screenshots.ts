/**
 * `npm run screenshots [-- NAME…]`: pictures of every view, dialog and notice, in both themes, at three sizes and in Chinese, into
 * test/artifacts/views; of the scenes that are named only, when some are. Run by hand. `readme` is the README's first picture.
 */
import type { Browser, Page } from 'playwright-core';
import { atEachSize, inBothThemes, newContext, picture, sizes } from './screenshots/camera.ts';
import { notices } from './screenshots/notices.ts';
import { escape, scenes, showView } from './screenshots/scenes.ts';
import type { Scene } from './screenshots/scenes.ts';
import { launchBrowser } from './support/browser.ts';
import { openToPrompt, startPlayground, typeLine, waitForText } from './support/playground.ts';

/** For frames and charts to fill. */
const settleMs = 3000;

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

/** A page of its own: what is beside the playground's address, and what is there when it is ready. */
interface OtherPage {
  readonly address: string;
  readonly ready: string;
}

const pages: Readonly<Record<string, OtherPage>> = {
  embed: {
    address:
      'embed?panes=terminal,containers&boot=load&command=docker run -d --name web -p 80:80 nginx',
    ready: 'nav button',
  },
  'embed-lesson': {
    address: 'embed?course=first-course&lesson=volumes&boot=load',
    ready: '[data-phase=ready]',
  },
  'embed-click': { address: 'embed?image=busybox&boot=click', ready: '.start' },
  gallery: { address: 'gallery.html', ready: 'bottle-ship' },
};

async function main(): Promise<void> {
  const [playground, browser] = await Promise.all([startPlayground(), launchBrowser()]);
  try {
    // Of the same site as the previews, whose frames have a service worker then in every browser.
    const url = playground.url.replace('localhost', 'bottleship.localhost');
    if (isWanted('readme')) await readmePicture(browser, url).catch(reportFailure('readme'));
    for (const [name, take] of Object.entries(notices)) {
      if (isWanted(name)) await take(browser, url).catch(reportFailure(name));
    }
    await otherPages(browser, url);
    await workbenchPictures(browser, url);
  } finally {
    await browser.close();
    await playground.stop();
  }
}

const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
const reportFailure = (name: string) => (error: unknown) =>
  console.error(`${name}: ${String(error)}`);

/** Types a command and waits for the prompt after it. */
async function runTyped(page: Page, line: string): Promise<void> {
  await typeLine(page, line);
  const after = (text: string): string => text.slice(text.lastIndexOf(line.slice(0, 20)));
  await waitForText(page, (text) => /.\n(.*\n)*root@bottleship:~# ?$/.test(after(text)));
}

/** A command in the terminal, and what the x-ray shows of it. */
async function readmePicture(browser: Browser, url: string): Promise<void> {
  const viewport = { width: 1440, height: 860 };
  const context = await newContext(browser, { viewport, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await openToPrompt(page, url);
  // It tells of what happens while it is looked at.
  await showView(page, 'xray');
  await runTyped(page, 'docker run --rm busybox echo hello');
  await page.locator('[data-shown=xray] [data-operation]').first().waitFor();
  await page
    .locator('[data-phase=ready]', { hasText: 'Works offline' })
    .waitFor({ timeout: 60_000 });
  await page.locator('#terminal textarea').focus();
  await picture(page, 'readme');
  await context.close();
}

/** The scenes that are wanted, and those that they are within. */
function neededScenes(): Scene[] {
  const needed = new Set(scenes.filter(({ name }) => isWanted(name)));
  for (const { within } of [...needed].toReversed()) {
    const outer = scenes.find(({ name }) => name === within);
    if (outer !== undefined) needed.add(outer);
  }
  return scenes.filter((scene) => needed.has(scene));
}

async function workbenchPictures(browser: Browser, url: string): Promise<void> {
  const needed = neededScenes();
  if (needed.length === 0) return;
  const context = await newContext(browser, { viewport: sizes.laptop, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await openToPrompt(page, url);
  for (const line of typed) await runTyped(page, line);
  for (const commandLine of prepared) {
    await page.evaluate((line) => window.bottleship?.run(line), commandLine);
  }
  for (const { name, open, close } of needed) {
    try {
      await open(page);
      if (isWanted(name)) await atEachSize(page, name);
      await page.setViewportSize(sizes.laptop);
      await close?.(page);
    } catch (error) {
      reportFailure(name)(error);
      await page.setViewportSize(sizes.laptop);
      await escape(page);
    }
  }
  await context.close();
}

async function otherPages(browser: Browser, url: string): Promise<void> {
  for (const [name, { address, ready }] of Object.entries(pages)) {
    if (!isWanted(name)) continue;
    for (const locale of ['en', 'zh-CN']) {
      const context = await newContext(browser, { viewport: sizes.laptop, locale });
      const page = await context.newPage();
      await page.goto(new URL(address, url).href);
      await page.locator(ready).first().waitFor({ timeout: 60_000 });
      await page.waitForTimeout(settleMs);
      for (const [size, viewport] of Object.entries(sizes)) {
        await page.setViewportSize(viewport);
        if (locale === 'en') await inBothThemes(page, `${name}-${size}`);
        else await picture(page, `${name}-${size}-chinese`);
      }
      await context.close();
    }
  }
}

void main();
