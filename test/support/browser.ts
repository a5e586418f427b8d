/** A real Chromium for the browser tests: Debian's, or the one that CHROMIUM names. CHROMIUM_FLAGS are further switches. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

const candidates = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * What Playwright turns off in Chromium, as the last switch of its kind counts, and the address bar's menu, which is a page
 * of its own: each window loads it, and that takes more of the processor than the playground's page.
 */
const featuresOff = [
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxPopup',
];

/**
 * Playwright turns off that storage is kept apart by the page at the top, as browsers do: without, frames of other sites get
 * no service worker.
 */
const storageTogether = 'ThirdPartyStoragePartitioning';

const disableFeatures = (names: readonly string[]): string =>
  `--disable-features=${names.join(',')}`;

export const apartBySite = disableFeatures(featuresOff);

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
      disableFeatures([...featuresOff, storageTogether]),
      ...switches,
      ...(process.env['CHROMIUM_FLAGS']?.split(' ') ?? []),
    ],
  });
}

/** A browser that several test files use one after the other. */
export class TestBrowser {
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  async newContext(options?: BrowserContextOptions): Promise<BrowserContext> {
    const context = await this.#browser.newContext(options);
    this.#contexts.push(context);
    return context;
  }

  /** In a context of its own. */
  async newPage(options?: BrowserContextOptions): Promise<Page> {
    return (await this.newContext(options)).newPage();
  }

  /** Closes what was opened here. */
  async close(): Promise<void> {
    for (const context of this.#contexts.splice(0)) await context.close();
  }
}

let common: Promise<Browser> | undefined;

/** Of the one browser of this process, which ends with it: to start one takes two seconds of the processor. */
export async function openBrowser(): Promise<TestBrowser> {
  common ??= launchBrowser();
  return new TestBrowser(await common);
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
  return page.evaluate(screenText, {});
}

/** The same once it is another than `text`, or after a while. */
export async function nextTerminalText(page: Page, text: string): Promise<string> {
  try {
    return await page.evaluate(screenText, { unlike: text, timeoutMs: changeMsMax });
  } catch {
    // The page goes to another address.
    await page.waitForTimeout(50);
    return terminalText(page);
  }
}

/** Whoever waits for something sees at last then that it did not come. */
const changeMsMax = 500;

/** Runs in the page: asking again and again would take more of the processor than what is waited for. */
async function screenText(options: {
  readonly unlike?: string;
  readonly timeoutMs?: number;
}): Promise<string> {
  const end = performance.now() + (options.timeoutMs ?? 0);
  for (;;) {
    const rows = document.querySelectorAll('#terminal .xterm-rows > div');
    const lines = Array.from(rows, (row) => row.textContent.replaceAll('\u00a0', ' ').trimEnd());
    const text = lines.join('\n');
    if (text !== options.unlike || performance.now() >= end) return text;
    await new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        observer.disconnect();
        setTimeout(resolve, 10);
      });
      observer.observe(document, { subtree: true, childList: true, characterData: true });
      setTimeout(resolve, end - performance.now());
    });
  }
}

/** Saves a picture to test/artifacts. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = new URL('../artifacts/', import.meta.url).pathname;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}${name}.png` });
}

/** Long enough for a new window of the browser to load what it shows around the page. */
const restMs = 1000;

/** An empty page in a browser at rest: what is timed from there on is the page's own. */
export async function restedPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.waitForTimeout(restMs);
  return page;
}
