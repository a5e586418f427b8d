/**
 * A published port in the page, in a real Chromium: nginx opens in the preview, with all that a web page does, and with
 * nothing that a page of another origin must not do.
 */
import { readFile } from 'node:fs/promises';
import type { BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectProblems, openBrowser, screenshot, type TestBrowser } from '../support/browser.ts';
import { openToPrompt, startPlayground } from '../support/playground.ts';
import type { PlaygroundFixture } from '../support/playground.ts';

const largeBytes = 16 * 1024 * 1024;

let playground: PlaygroundFixture;
let url: string;
let browser: TestBrowser;
let context: BrowserContext;
let page: Page;
let problems: string[];
let frame: Frame;

beforeAll(async () => {
  [playground, browser] = await Promise.all([startPlayground(), openBrowser()]);
  context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  problems = collectProblems(context);
  page = await context.newPage();
  // A context of Playwright's is a private window, which blocks cookies of other sites.
  url = playground.url.replace('localhost', 'bottleship.localhost');
  await openToPrompt(page, url);
  await startSite();
});

afterAll(async () => {
  await browser.close();
  await playground.stop();
});

async function run(commandLine: string): Promise<string> {
  const result = await page.evaluate((line) => window.bottleship?.run(line), commandLine);
  if (result?.exitCode !== 0) throw new Error(`${commandLine}: ${result?.stderr}`);
  return result.stdout;
}

async function writeFile(path: string, text: string): Promise<void> {
  const base64 = Buffer.from(text).toString('base64');
  await run(`mkdir -p $(dirname ${path}) && echo ${base64} | base64 -d > ${path}`);
}

async function startSite(): Promise<void> {
  const source = (name: string) =>
    readFile(new URL(`preview-site/${name}`, import.meta.url), 'utf8');
  await writeFile('/site/nginx.conf', await source('nginx.conf'));
  await writeFile('/site/app.sh', await source('app.sh'));
  const html =
    '<title>Site</title><h1>Served by nginx</h1><a href="http://localhost:8080/new.txt">new</a>';
  await writeFile('/site/www/index.html', `<!doctype html><html><head>${html}`);
  await writeFile('/site/www/new.txt', 'new page');
  await run(`dd if=/dev/zero of=/site/www/large bs=1M count=${largeBytes / 2 ** 20} status=none`);
  const site = '-v /site:/site:ro --expose 8080 --network host';
  await run(`docker run -d --name web ${site} nginx nginx -c /site/nginx.conf -g 'daemon off;'`);
  // nginx shares the machine's network, where this listens for it.
  const listen = 'TCP-LISTEN:9000,bind=127.0.0.1,fork,reuseaddr';
  await run(`setsid socat ${listen} EXEC:"bash /site/app.sh" < /dev/null > /dev/null 2>&1 &`);
}

/** The previewed document, once it is the machine's. */
async function previewed(of: Page): Promise<Frame> {
  await of.frameLocator('iframe').getByText('Served by nginx').waitFor({ timeout: 60_000 });
  const found = of.frames().find((candidate) => candidate.parentFrame() === of.mainFrame());
  if (found === undefined) throw new Error('There is no frame');
  return found;
}

test('a port appears when its server listens, and opens in the preview', async () => {
  await page.getByRole('button', { name: 'Open port 8080 of web' }).click({ timeout: 60_000 });
  frame = await previewed(page);
  expect(new URL(frame.url()).hostname).toMatch(/^p8080-[0-9a-f]{16}\.bottleship\.localhost$/);
  expect(new URL(frame.url()).origin).not.toBe(new URL(url).origin);
  await screenshot(page, 'preview');
});

test('the previewed page has a WebSocket and server-sent events', async () => {
  const echoed = await frame.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket('ws://localhost:8080/app/echo');
        socket.addEventListener('open', () => socket.send('ahoy'));
        socket.addEventListener('message', ({ data }) => {
          resolve([data, socket instanceof WebSocket, socket.readyState === WebSocket.OPEN]);
          socket.close(1000);
        });
        socket.addEventListener('error', () => reject(new Error('WebSocket failed')));
      }),
  );
  expect(echoed).toEqual(['ahoy', true, true]);
  const events = await frame.evaluate(
    () =>
      new Promise((resolve) => {
        const seen: string[] = [];
        const source = new EventSource('/app/events');
        source.addEventListener('message', ({ data }) => {
          seen.push(data as string);
          if (seen.length === 3) {
            source.close();
            resolve(seen);
          }
        });
      }),
  );
  expect(events).toEqual(['tick 1', 'tick 2', 'tick 3']);
});

test('redirects, cookies, an upload and a large download work', async () => {
  const seen = await frame.evaluate(async () => {
    const old = await fetch('/old');
    const cookies = await (await fetch('/login')).text();
    const head = await fetch('/large', { method: 'HEAD' });
    const large = await (await fetch('http://localhost:8080/large')).arrayBuffer();
    const body = new Blob([new Uint8Array(3_000_000)]);
    const upload = await (await fetch('/app/upload', { method: 'POST', body })).text();
    return {
      old: [old.redirected, new URL(old.url).search, await old.text()],
      cookies,
      visible: document.cookie,
      headBytes: head.headers.get('content-length'),
      largeBytes: large.byteLength,
      upload,
    };
  });
  expect(seen).toEqual({
    old: [true, '?from=old', 'new page'],
    cookies: 'id=secret; theme=dark',
    visible: 'theme=dark',
    headBytes: String(largeBytes),
    largeBytes,
    upload: '3000000',
  });
});

test('neither page broke a rule of its security policy so far', () => {
  expect(problems.filter((problem) => /Content Security Policy|uncaught/.test(problem))).toEqual(
    [],
  );
});

test('the previewed page reaches neither the playground nor its service worker', async () => {
  const attacks = await frame.evaluate(async (playgroundUrl) => {
    const outcome = async (attack: () => unknown): Promise<string> => {
      try {
        return `got ${String(await attack())}`;
      } catch (error) {
        return (error as Error).name;
      }
    };
    const parent = window.parent as Window & { bottleship?: unknown };
    return Promise.all([
      outcome(() => parent.document.title),
      outcome(() => parent.localStorage.length),
      outcome(() => parent.sessionStorage.length),
      outcome(() => parent.bottleship),
      outcome(() => parent.navigator.serviceWorker),
      outcome(() => parent.indexedDB),
      outcome(() => parent.location.href),
      outcome(() => (parent.location.href = 'about:blank')),
      outcome(() => fetch(playgroundUrl)),
      outcome(() => navigator.serviceWorker.register('/new.txt')),
      outcome(() =>
        ServiceWorkerContainer.prototype.register.call(navigator.serviceWorker, '/new.txt'),
      ),
      outcome(async () => (await indexedDB.databases()).length + localStorage.length),
      outcome(async () => (await caches.keys()).length),
    ]);
  }, url);
  expect(attacks).toEqual([
    'SecurityError',
    'SecurityError',
    'SecurityError',
    'SecurityError',
    'SecurityError',
    'SecurityError',
    'SecurityError',
    'SecurityError',
    'TypeError',
    'SecurityError',
    'SecurityError',
    'got 0',
    'got 0',
  ]);
  expect(page.url()).toBe(url);
});

test('address bar, reload and a new tab show the page again', async () => {
  const pane = page.getByRole('region', { name: 'Preview of port 8080' });
  await pane.getByRole('textbox', { name: 'Address' }).fill('/new.txt');
  await page.keyboard.press('Enter');
  await page.frameLocator('iframe').getByText('new page').waitFor();
  await pane.getByRole('textbox', { name: 'Address' }).fill('/');
  await page.keyboard.press('Enter');
  await previewed(page);
  await pane.getByRole('button', { name: 'Reload the preview' }).click();
  await previewed(page);
  const [tab] = await Promise.all([
    context.waitForEvent('page'),
    pane.getByRole('button', { name: 'Open in a new tab' }).click(),
  ]);
  await previewed(tab);
  await tab.close();
  await pane.getByRole('button', { name: 'Close the preview' }).click();
  expect(await page.locator('iframe').count()).toBe(0);
});

test('a port disappears with its container', async () => {
  await run('docker rm -f web');
  const button = page.getByRole('button', { name: 'Open port 8080 of web' });
  await button.waitFor({ state: 'detached', timeout: 30_000 });
});
