/** The page in Chromium: navigation to the first prompt, with an empty cache and with a warm one. */
import { launchBrowser } from '../support/browser.ts';
import { openToPrompt, startPlayground } from '../support/playground.ts';
import { bareBootRow } from './boot.ts';
import type { Report } from './report.ts';
import { timeMs } from './stats.ts';

const megabyte = 1_000_000;
/** The page saves itself for offline use a while after the first prompt. */
const settleMs = 6000;

export async function benchBrowser(report: Report, { runs }: { runs: number }): Promise<void> {
  const playground = await startPlayground();
  const browser = await launchBrowser();
  const cold: number[] = [];
  const warm: number[] = [];
  const wire: number[] = [];
  try {
    for (let run = 0; run < runs; run += 1) {
      const context = await browser.newContext();
      const page = await context.newPage();
      const before = playground.sentBytes();
      cold.push(await timeMs(() => openToPrompt(page, playground.url)));
      wire.push((playground.sentBytes() - before) / megabyte);
      await page.waitForTimeout(settleMs);
      warm.push(await timeMs(() => openToPrompt(page, playground.url)));
      await context.close();
    }
  } finally {
    await browser.close();
    await playground.stop();
  }
  report.add('on the wire before the first prompt', wire, { unit: 'MB' });
  report.add('page load → prompt in Chromium, cold cache', cold, { comparedWith: bareBootRow });
  report.add('page load → prompt in Chromium, warm cache', warm, { comparedWith: bareBootRow });
}
