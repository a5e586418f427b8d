/** An embed in a page of another site with a strict policy, driven by that page's script. */
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apartBySite, collectProblems, launchBrowser, screenshot } from '../support/browser.ts';
import { startForeignPage } from '../support/foreign-page.ts';
import type { ForeignPage } from '../support/foreign-page.ts';
import { startPlayground } from '../support/playground.ts';
import type { PlaygroundFixture } from '../support/playground.ts';

const body = `
<bottle-ship boot="click" lang="en" title="Machine" course="first-course" lesson="what-is-a-container"
  panes="lesson,terminal,preview" files='{"/root/hello.sh":"echo hello from a file"}'
  command="sh /root/hello.sh"></bottle-ship>
<p>${'<br>'.repeat(200)}The end</p>`;

/** Of the element, as pages see it. */
interface BottleShip extends HTMLElement {
  run(command: string): Promise<{ stdout: string; exitCode: number }>;
  type(command: string): Promise<void>;
  write(path: string, content: string): Promise<void>;
  read(path: string): Promise<string>;
  listen(): Promise<void>;
}

declare global {
  interface Window {
    /** What the element has told. */
    told: { readonly type: string; readonly detail: Readonly<Record<string, unknown>> }[];
  }
}

let playground: PlaygroundFixture;
let foreign: ForeignPage;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let problems: string[];

beforeAll(async () => {
  [playground, browser] = await Promise.all([startPlayground(), launchBrowser(apartBySite)]);
  const url = playground.url.replace('localhost', 'bottleship.localhost');
  foreign = await startForeignPage({ playground: url, body });
  context = await browser.newContext({ viewport: { width: 1000, height: 700 } });
  problems = collectProblems(context);
  page = await context.newPage();
  await page.goto(foreign.url);
  await page.evaluate(() => {
    window.told = [];
    for (const type of ['phase', 'ready', 'check', 'port', 'output'])
      document.querySelector('bottle-ship')?.addEventListener(type, (event) => {
        window.told.push({ type, detail: (event as CustomEvent<Record<string, unknown>>).detail });
      });
  });
});

afterAll(async () => {
  await browser.close();
  await foreign.stop();
  await playground.stop();
});

function ask<T>(work: (ship: BottleShip) => Promise<T>): Promise<T> {
  return page.locator('bottle-ship').evaluate(work as (element: Element) => Promise<T>);
}

const told = (type: string) =>
  page.evaluate((wanted) => window.told.filter((event) => event.type === wanted), type);

const output = async (): Promise<string> =>
  (await told('output')).map(({ detail }) => String(detail['text'])).join('');

function embedFrame(): Frame {
  const frame = page.frames().find((each) => each.url().includes('/embed.html'));
  if (frame === undefined) throw new Error('There is no embed');
  return frame;
}

describe('an embed in a page of another site', () => {
  test('waits for a click, then does what its element says and what the page asks', async () => {
    await embedFrame().getByRole('button', { name: 'Start the machine' }).waitFor();
    await ask((ship) => ship.listen());
    expect(playground.requests.some((url) => /kernel.bin|booted.bin/.test(url))).toBe(false);
    const ran = await ask((ship) => ship.run('cat /root/hello.sh; exit 3'));
    expect(ran).toMatchObject({ stdout: 'echo hello from a file', exitCode: 3 });
    expect(await told('ready')).toHaveLength(1);
    await expect.poll(output, { timeout: 60_000 }).toContain('hello from a file\r\n');
    await ask((ship) => ship.write('/tmp/a b', 'text\n'));
    expect(await ask((ship) => ship.read('/tmp/a b'))).toBe('text\n');
    await expect(ask((ship) => ship.read('/nothing'))).rejects.toThrow('No such file or directory');
  });

  test('tells of checks that pass and of ports that open', async () => {
    await embedFrame().getByRole('heading', { name: 'A process like any other' }).waitFor();
    await ask((ship) =>
      ship.run(
        `docker run -d --name nap -p 8080:80 busybox sh -c 'echo hello > /index.html; exec httpd -f -h /'`,
      ),
    );
    await expect
      .poll(() => told('check'), { timeout: 60_000 })
      .toEqual([{ type: 'check', detail: { step: 'a-process', check: 'running' } }]);
    await expect
      .poll(() => told('port'), { timeout: 60_000 })
      .toEqual([{ type: 'port', detail: { port: 8080, listening: true } }]);
  });

  test('shows a port in its preview, in a page of another site, and in a tab', async () => {
    await embedFrame().frameLocator('iframe').getByText('hello').waitFor({ timeout: 60_000 });
    const shown = page.frames().find((frame) => frame.parentFrame() === embedFrame());
    expect(new URL(shown?.url() ?? '').hostname).toMatch(/^p8080-[0-9a-f]{16}\./);
    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      embedFrame().getByRole('button', { name: 'Open in a new tab' }).click(),
    ]);
    await tab.frameLocator('iframe').getByText('hello').waitFor();
    await tab.close();
    await screenshot(page, 'embed-foreign');
  });

  test('stops out of view and goes on when it is seen again', async () => {
    await ask((ship) => ship.type('clear; while sleep 0.3; do echo tick; done'));
    const ticks = async (): Promise<number> => (await output()).split('tick\r\n').length;
    const before = await ticks();
    await expect.poll(ticks, { timeout: 30_000 }).toBeGreaterThan(before + 3);
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    // Nothing can be waited for but that nothing comes: twice the distance of two ticks and the patience.
    await expect
      .poll(
        async () => {
          const count = await ticks();
          await page.waitForTimeout(1500);
          return (await ticks()) - count;
        },
        { timeout: 30_000 },
      )
      .toBe(0);
    const stopped = await ticks();
    expect((await ask((ship) => ship.run('echo still here'))).stdout).toBe('still here\n');
    await page.evaluate(() => window.scrollTo(0, 0));
    await expect.poll(ticks, { timeout: 30_000 }).toBeGreaterThan(stopped + 3);
  });

  test('reaches nothing of the page, and takes no second parent', async () => {
    const reached = await embedFrame().evaluate(() => {
      try {
        return String(window.parent.document.title);
      } catch (error) {
        return (error as Error).name;
      }
    });
    expect(reached).toBe('SecurityError');
    const answered = await page.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          const frame = document.querySelector('bottle-ship')?.shadowRoot?.querySelector('iframe');
          const { port1, port2 } = new MessageChannel();
          port1.addEventListener('message', () => resolve(true));
          port1.start();
          const connect = { type: 'bottleship-embed-connect', version: 1 };
          frame?.contentWindow?.postMessage(connect, '*', [port2]);
          port1.postMessage({ type: 'run', id: 1, command: 'true' });
          const ship = document.querySelector('bottle-ship') as BottleShip;
          // Whatever the second port was sent came before this.
          void ship.run('true').then(() => resolve(false));
        }),
    );
    expect(answered).toBe(false);
    expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(false);
    expect(problems).toEqual([]);
  });
});
