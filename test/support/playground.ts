/** The built playground on a port of its own, and a learner who types into its terminal. */
import type { Socket } from 'node:net';
import type { Page } from 'playwright-core';
import { buildIfStale } from '../../src/node/build-if-stale.mjs';
import { addressOf, servePlayground } from '../../src/node/serve-playground.ts';
import type { PlaygroundServerOptions } from '../../src/node/serve-playground.ts';
import { nextTerminalText, terminalText } from './browser.ts';

export interface PlaygroundFixture {
  readonly url: string;
  /** Paths asked for since the start or the last `clear`. */
  readonly requests: string[];
  /** What went over the wire to browsers, headers included. */
  sentBytes(): number;
  stop(): Promise<void>;
}

/** Builds what is stale and serves it on a free port, or as the options say. */
export async function startPlayground(
  options: Partial<PlaygroundServerOptions> = {},
): Promise<PlaygroundFixture> {
  buildIfStale();
  const folder = new URL('../../dist', import.meta.url).pathname;
  const previewFolder = new URL('../../dist-preview', import.meta.url).pathname;
  const { server, preview } = await servePlayground({ folder, port: 0, previewFolder, ...options });
  const requests: string[] = [];
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  server.on('request', (request) => requests.push(request.url ?? ''));
  return {
    url: addressOf(server),
    requests,
    sentBytes: () => sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
    stop: () =>
      new Promise((resolve) => {
        preview?.close();
        preview?.closeAllConnections();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The machine's prompt, with nothing typed behind it. */
const prompt = /root@bottleship:[^\n]*# ?$/;
/** Generous: the tests' machine may have much else to do. */
const commandTimeoutMs = 60_000;

/** Opens the page and waits for the first prompt, to the frame in which a learner sees it. */
export async function openToPrompt(page: Page, url: string): Promise<void> {
  await page.goto(url, { waitUntil: 'commit' });
  const isShown = await page.evaluate(framesUntilPrompt, {
    pattern: prompt.source,
    timeoutMs: commandTimeoutMs,
  });
  // Says what the terminal shows instead.
  if (!isShown) await waitForText(page, prompt, 0);
}

/** Runs in the page: looks whenever something changed, true in the frame that shows a machine that is ready and its prompt. */
async function framesUntilPrompt(options: {
  readonly pattern: string;
  readonly timeoutMs: number;
}): Promise<boolean> {
  const prompt = new RegExp(options.pattern);
  const end = performance.now() + options.timeoutMs;
  while (performance.now() < end) {
    const isReady = document.querySelector('[data-phase="ready"]') !== null;
    const rows = document.querySelectorAll('#terminal .xterm-rows > div');
    const lines = Array.from(rows, (row) => row.textContent.replaceAll('\u00a0', ' ').trimEnd());
    if (isReady && prompt.test(lines.join('\n').trimEnd())) {
      await new Promise(requestAnimationFrame);
      return true;
    }
    await new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        observer.disconnect();
        resolve();
      });
      observer.observe(document, { subtree: true, childList: true, attributes: true });
      setTimeout(resolve, 100);
    });
  }
  return false;
}

/** Types a command line with the keyboard, and resolves with what it printed before the next prompt. */
export async function typeCommand(page: Page, commandLine: string): Promise<string> {
  await clearScreen(page);
  await typeLine(page, commandLine);
  // The echo comes first: until then the screen still ends with the old prompt.
  await waitForText(page, (text) => text.includes('\n'));
  const text = await waitForText(page, prompt);
  const lines = text.split('\n');
  return lines.slice(1, -1).join('\n');
}

/** Opens a terminal in place of those there are. */
export async function freshTerminal(page: Page): Promise<void> {
  const tabs = page.getByRole('tab');
  const before = await tabs.count();
  await page.getByRole('button', { name: 'New terminal' }).click();
  for (let left = before; left > 0; left--) await tabs.first().locator('[data-close]').click();
  await clearScreen(page);
}

/** Leaves nothing on the screen but an empty prompt. */
export async function clearScreen(page: Page): Promise<void> {
  await page.locator('#terminal textarea').focus();
  const deadline = Date.now() + commandTimeoutMs;
  // A shell that is just opening loses the key.
  while (Date.now() < deadline) {
    await page.keyboard.press('Control+L');
    await page.waitForTimeout(100);
    if (/^root@bottleship:[^\n]*# ?$/.test((await terminalText(page)).trimEnd())) return;
  }
  throw new Error(`The terminal shows no prompt. It shows:\n${await terminalText(page)}`);
}

/** Types a line into whatever runs in the terminal. */
export async function typeLine(page: Page, line: string): Promise<void> {
  await page.locator('#terminal textarea').focus();
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}

/** Waits until the terminal shows something; fails with what it shows instead. */
export async function waitForText(
  page: Page,
  wanted: RegExp | ((text: string) => boolean),
  timeoutMs = commandTimeoutMs,
): Promise<string> {
  const deadline = Date.now() + timeoutMs;
  for (let screen = await terminalText(page); ; screen = await nextTerminalText(page, screen)) {
    const text = screen.trimEnd();
    if (typeof wanted === 'function' ? wanted(text) : wanted.test(text)) return text;
    if (Date.now() > deadline) {
      throw new Error(`The terminal never showed ${String(wanted)}. It shows:\n${text}`);
    }
  }
}
