/**
 * The page in Chromium: navigation to the first prompt, with an empty cache and with a warm one, beside
 * the bare kernel in the same browser.
 */
import { launchBrowser, restedPage } from '../support/browser.ts';
import { openToPrompt, startPlayground } from '../support/playground.ts';
import { startBareBoot } from './bare-boot.ts';
import { promptRatioMax } from './boot.ts';
import type { Report } from './report.ts';
import { timeMs } from './stats.ts';

const megabyte = 1_000_000;
/** The page saves itself for offline use a while after the first prompt. */
const saving = { timeout: 120_000 };
/** The target. */
const wireMegabytesMax = 5;

export async function benchBrowser(report: Report, { runs }: { runs: number }): Promise<void> {
  const playground = await startPlayground();
  const bareBoot = await startBareBoot();
  const browser = await launchBrowser();
  const bareCold: number[] = [];
  const bareWarm: number[] = [];
  const cold: number[] = [];
  const warm: number[] = [];
  const wire: number[] = [];
  try {
    for (let run = 0; run < runs; run += 1) {
      const context = await browser.newContext();
      bareCold.push(await bareBoot.measure(context));
      const page = await restedPage(context);
      const before = playground.sentBytes();
      cold.push(await timeMs(() => openToPrompt(page, playground.url)));
      wire.push((playground.sentBytes() - before) / megabyte);
      await page.locator('[data-phase=ready]', { hasText: 'Works offline' }).waitFor(saving);
      warm.push(await timeMs(() => openToPrompt(page, playground.url)));
      await page.close();
      bareWarm.push(await bareBoot.measure(context));
      await context.close();
    }
  } finally {
    await browser.close();
    bareBoot.stop();
    await playground.stop();
  }
  report.add('on the wire before the first prompt', wire, {
    unit: 'MB',
    valueMax: wireMegabytesMax,
  });
  for (const [cache, bare, prompt] of [
    ['cold', bareCold, cold],
    ['warm', bareWarm, warm],
  ] as const) {
    const row = `bare kernel under v86 in Chromium, ${cache} cache: power on → user space`;
    report.add(row, bare);
    report.add(`page load → prompt in Chromium, ${cache} cache`, prompt, {
      comparedWith: row,
      ratioMax: promptRatioMax,
    });
  }
}
