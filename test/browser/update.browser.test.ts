/** A new version on the server: offered when it is stored whole, taken when the learner says so. */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { startPlayground } from '../support/playground.ts';
import type { PlaygroundFixture } from '../support/playground.ts';

let folder: string;
let playground: PlaygroundFixture;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'playground-'));
  // Builds what is stale before it is copied.
  await (await startPlayground()).stop();
  await cp(new URL('../../dist', import.meta.url).pathname, folder, { recursive: true });
  [playground, browser] = await Promise.all([startPlayground({ folder }), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await playground.stop();
  await rm(folder, { recursive: true });
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Puts another page into the folder, with a service worker that knows it, unless `isTorn`. */
async function publish(marker: string, { isTorn = false } = {}): Promise<void> {
  const edit = async (
    name: string,
    change: (text: string) => string,
  ): Promise<[string, string]> => {
    const path = join(folder, name);
    const before = await readFile(path, 'utf8');
    const after = change(before);
    await writeFile(path, after);
    await rm(`${path}.br`, { force: true });
    return [before, after];
  };
  const mark = (text: string): string => text.replace('</body>', `<p id="${marker}"></p></body>`);
  const [before, after] = await edit('index.html', mark);
  await edit('service-worker.js', (text) =>
    text
      .replace(/version:(["'`])[0-9a-f]{16}/, `version:$1${sha256(marker).slice(0, 16)}`)
      .replace(sha256(before), sha256(isTorn ? 'another page' : after)),
  );
  const { port } = new URL(playground.url);
  await playground.stop();
  playground = await startPlayground({ folder, port: Number(port) });
}

test('a new version waits until it is taken, and is then the only one', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(playground.url);
  await page.locator('[data-phase=ready]', { hasText: 'Works offline' }).waitFor();
  await publish('second');
  await page.reload();
  expect(await page.locator('#second').count()).toBe(0);
  await page.getByText('A new version is ready.').waitFor();
  expect(await page.locator('#second').count()).toBe(0);
  await page.getByRole('button', { name: 'Reload' }).click();
  await page.locator('#second').waitFor({ state: 'attached' });
  const caches = await page.evaluate(async () => (await window.caches.keys()).sort());
  expect(caches).toEqual(['bottleship-blobs', `bottleship-core-${sha256('second').slice(0, 16)}`]);

  // Files of two versions on the server, as in the middle of a deployment: nothing of it is used.
  await publish('torn', { isTorn: true });
  await page.reload();
  await page.waitForTimeout(2000);
  await page.reload();
  expect(await page.locator('#torn').count()).toBe(0);
  expect(await page.locator('#second').count()).toBe(1);
  await context.close();
});
