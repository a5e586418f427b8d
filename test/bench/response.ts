/** How soon the page answers a hand while the machine's processor has as much to do as it can: from the key or click to the frame that shows it. */
import type { Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { clearScreen, openToPrompt, startPlayground } from '../support/playground.ts';
import type { Report } from './report.ts';

/** The target. */
const answerMsMax = 100;
/** Containers that only count: each alone would fill the processor. */
const burners = 2;
const answerTimeoutMs = 30_000;

interface Act {
  readonly name: string;
  readonly act: (page: Page) => Promise<void>;
  /** Of what is there when the page has answered. */
  readonly shows: string;
  /** Puts the page back. */
  readonly undo: (page: Page) => Promise<void>;
}

const acts: readonly Act[] = [
  {
    name: 'Ctrl-K → the palette',
    act: (page) => page.keyboard.press('Control+K'),
    // Not `[open]`: Escape takes that away a moment before the page knows, and the next Ctrl-K would close it.
    shows: 'dialog [role=combobox]',
    undo: (page) => page.keyboard.press('Escape'),
  },
  {
    name: 'click → another view',
    act: (page) => page.locator('[data-view=files]').click(),
    shows: '[data-shown=files] [role=tree]',
    undo: (page) => page.locator('[data-view=containers]').click(),
  },
  {
    name: 'Alt-Page Down → another terminal',
    act: (page) => page.keyboard.press('Alt+PageDown'),
    shows: '[role=tab]:first-of-type[aria-selected=true]',
    undo: (page) => page.keyboard.press('Alt+PageUp'),
  },
];

export async function benchResponse(report: Report, { runs }: { runs: number }): Promise<void> {
  const [playground, browser] = [await startPlayground(), await launchBrowser()];
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 800 } });
    // The loader of TypeScript names functions by a helper of its own, which the page does not have.
    await page.addInitScript('globalThis.__name = (value) => value');
    await openToPrompt(page, playground.url);
    for (let at = 0; at < burners; at += 1) await burn(page);
    const echo: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      await clearScreen(page);
      echo.push(await answerMs(page, { text: '# q' }, () => page.keyboard.press('q')));
      await page.keyboard.press('Backspace');
    }
    report.add('machine flat out: a key → its echo in the terminal', echo, {
      valueMax: answerMsMax,
    });
    await page.getByRole('button', { name: 'New terminal' }).click();
    // It takes the keyboard when it opens, and Ctrl-K is a key of its shell then.
    await clearScreen(page);
    await page.locator('[data-view=containers]').click();
    for (const { name, act, shows, undo } of acts) {
      const times: number[] = [];
      // The first of each fetches its code.
      for (let run = 0; run <= runs; run += 1) {
        times.push(await answerMs(page, { selector: shows }, () => act(page)));
        await undo(page);
        await page.locator(shows).waitFor({ state: 'detached' });
      }
      report.add(`machine flat out: ${name}`, times.slice(1), { valueMax: answerMsMax });
    }
  } finally {
    await browser.close();
    await playground.stop();
  }
}

async function burn(page: Page): Promise<void> {
  const line = "docker run -d busybox sh -c 'while :; do :; done'";
  await page.evaluate((command) => window.bottleship?.run(command), line);
}

/** Milliseconds from a key or press of the pointer to the frame in which the page shows what is wanted. */
async function answerMs(page: Page, wanted: Wanted, act: () => Promise<void>): Promise<number> {
  await page.evaluate(listen, { ...wanted, timeoutMs: answerTimeoutMs });
  await act();
  const milliseconds = await page.evaluate(
    () => (globalThis as { answered?: Promise<number> }).answered,
  );
  if (milliseconds === undefined) throw new Error(`No answer: ${JSON.stringify(wanted)}`);
  return milliseconds;
}

interface Wanted {
  readonly selector?: string;
  readonly text?: string;
}

/** Runs in the page: `globalThis.answered` is the time from the next key or press to its answer, if there is one in time. */
function listen({ selector, text, timeoutMs }: Wanted & { readonly timeoutMs: number }): void {
  const isThere = (): boolean => {
    if (selector !== undefined) return document.querySelector(selector) !== null;
    const rows = document.querySelector('#terminal .xterm-rows')?.textContent ?? '';
    return rows.replaceAll('\u00a0', ' ').includes(text ?? '');
  };
  const answered = new Promise<number | undefined>((resolve) => {
    setTimeout(resolve, timeoutMs, undefined);
    const hear = (event: Event): void => {
      // Ctrl and Alt alone do nothing; the key with them counts.
      if (event instanceof KeyboardEvent && ['Control', 'Alt'].includes(event.key)) return;
      removeEventListener('keydown', hear, true);
      removeEventListener('pointerdown', hear, true);
      const look = (): void => {
        if (isThere()) resolve(performance.now() - event.timeStamp);
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    };
    addEventListener('keydown', hear, true);
    addEventListener('pointerdown', hear, true);
  });
  Object.assign(globalThis, { answered });
}
