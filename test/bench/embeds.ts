/** Ten embeds in another site's page: what they download and hold in memory, first those in view, then all after scrolling past. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { startForeignPage } from '../support/foreign-page.ts';
import { startPlayground } from '../support/playground.ts';
import type { Report } from './report.ts';

const embeds = 10;
const megabyte = 1_000_000;
/** The element's own height is 26rem: two and a piece of the third are in view. */
const viewport = { width: 1000, height: 800 };
const startTimeoutMs = 120_000;

export async function benchEmbeds(report: Report): Promise<void> {
  const [playground, browser] = [await startPlayground(), await launchBrowser()];
  const foreign = await startForeignPage({
    playground: playground.url,
    body: '<bottle-ship command="echo here"></bottle-ship>'.repeat(embeds) + '<br>'.repeat(100),
  });
  try {
    const page = await browser.newPage({ viewport });
    const empty = await memoryMegabytes(browser);
    await page.goto(foreign.url);
    const inView = await waitForStarted(page, 1);
    await waitForReady(page);
    report.add(`${embeds} embeds on a page: started when it opens`, [inView], { unit: 'machines' });
    const first = playground.sentBytes() / megabyte;
    report.add(`${embeds} embeds: downloaded by those in view`, [first], { unit: 'MB' });
    report.add('memory of those in view', [(await memoryMegabytes(browser)) - empty], {
      unit: 'MB',
    });
    for (let at = 1; at <= embeds; at += 1) {
      await page
        .locator('bottle-ship')
        .nth(at - 1)
        .scrollIntoViewIfNeeded();
      await waitForStarted(page, at);
      await waitForReady(page);
    }
    const rest = playground.sentBytes() / megabyte - first;
    report.add('downloaded by the others, once each was seen', [rest], { unit: 'MB' });
    report.add(`memory of ${embeds} that were seen`, [(await memoryMegabytes(browser)) - empty], {
      unit: 'MB',
    });
    report.add('processor time of all of them in a second, out of view', [
      await idleMs(page, browser),
    ]);
  } finally {
    await browser.close();
    await foreign.stop();
    await playground.stop();
  }
}

/** Phases of the embeds whose machine was started, in the order of the page. */
async function phases(page: Page): Promise<string[]> {
  const frames = page.frames().filter((frame) => frame.url().includes('/embed.html'));
  const all = await Promise.all(
    frames.map((frame) =>
      frame.evaluate(
        () =>
          document.querySelector('#terminal')?.closest<HTMLElement>('[data-phase]')?.dataset[
            'phase'
          ] ?? '',
      ),
    ),
  );
  return all.filter((phase) => phase !== '' && phase !== 'idle');
}

/** Waits until so many are started at least; resolves with how many are. */
async function waitForStarted(page: Page, count: number): Promise<number> {
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    const started = (await phases(page)).length;
    if (started >= count) return started;
    if (Date.now() > deadline) throw new Error(`Only ${started} of ${count} embeds started`);
    await page.waitForTimeout(100);
  }
}

async function waitForReady(page: Page): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while ((await phases(page)).some((phase) => phase !== 'ready')) {
    if (Date.now() > deadline) throw new Error(`Embeds are ${(await phases(page)).join(', ')}`);
    await page.waitForTimeout(100);
  }
}

async function processIds(browser: Browser): Promise<number[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.map(({ id }) => id);
}

/** Of all the browser's processes; what several share counts once. */
async function memoryMegabytes(browser: Browser): Promise<number> {
  let kilobytes = 0;
  for (const pid of await processIds(browser)) {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  }
  return (kilobytes * 1024) / megabyte;
}

/** Processor time of the browser while no embed is in view, for each second. */
async function idleMs(page: Page, browser: Browser): Promise<number> {
  const seconds = 3;
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  // A second out of view, and a machine stops.
  await page.waitForTimeout(3000);
  const ids = await processIds(browser);
  const before = await ticks(ids);
  await page.waitForTimeout(seconds * 1000);
  return (((await ticks(ids)) - before) * 10) / seconds;
}

/** Clock ticks of 10 ms that processes used. */
async function ticks(ids: readonly number[]): Promise<number> {
  let sum = 0;
  for (const pid of ids) {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    sum += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return sum;
}
