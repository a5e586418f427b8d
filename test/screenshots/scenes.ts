/** What is to be seen of the workbench, with a machine on which something runs. */
import type { Page } from 'playwright-core';
import { writeShareFragment } from '../../src/playground/share/share-link.ts';

/** What somebody sees of the workbench, and how it is come by. */
export interface Scene {
  readonly name: string;
  /** The scene that it is a part of. */
  readonly within?: string;
  readonly open: (page: Page) => Promise<unknown>;
  readonly close?: (page: Page) => Promise<unknown>;
}

export async function showView(page: Page, view: string): Promise<void> {
  const button = page.locator(`[data-view=${view}]`);
  if ((await button.getAttribute('aria-pressed')) !== 'true') await button.click();
}

export const escape = (page: Page): Promise<void> => page.keyboard.press('Escape');
const view = (name: string, more?: (page: Page) => Promise<unknown>): Scene => ({
  name,
  open: async (page) => {
    await showView(page, name);
    await more?.(page);
  },
});
const dialog = (name: string, open: Scene['open']): Scene => ({ name, open, close: escape });

export async function fromPalette(page: Page, command: string): Promise<void> {
  await page.keyboard.press('Control+Shift+P');
  await page.getByRole('dialog').getByRole('combobox').fill(command);
  await page.keyboard.press('Enter');
}

export const scenes: readonly Scene[] = [
  view('start'),
  view('files', async (page) => {
    await page.getByRole('treeitem', { name: 'app', exact: true }).click();
    await page.getByRole('treeitem', { name: 'Dockerfile' }).click();
    await page.locator('.cm-lint-marker').first().waitFor();
  }),
  view('containers'),
  {
    name: 'containers-log',
    within: 'containers',
    open: (page) => page.locator('[data-shown=containers] summary').first().click(),
  },
  view('images'),
  {
    name: 'overlay',
    within: 'images',
    open: async (page) => {
      await page.locator('[data-shown=images] summary').first().click();
      await page
        .locator('[data-shown=images] section select')
        .selectOption({ label: 'clock · busybox' });
      await page.locator('[data-fact=upper]').scrollIntoViewIfNeeded();
    },
  },
  view('processes'),
  {
    name: 'cgroups',
    within: 'processes',
    open: (page) => page.locator('[data-shown=processes] section').last().scrollIntoViewIfNeeded(),
  },
  view('network'),
  {
    name: 'trace',
    within: 'network',
    open: async (page) => {
      const section = page.locator('[data-shown=network] section', { has: page.locator('select') });
      await section.last().scrollIntoViewIfNeeded();
    },
  },
  view('xray', (page) =>
    page.evaluate(() => window.bottleship?.run('docker run --rm busybox echo hello')),
  ),
  {
    name: 'xray-step',
    within: 'xray',
    open: (page) => page.locator('[data-shown=xray] summary').nth(3).click(),
  },
  dialog('share', (page) => page.getByRole('button', { name: 'Share', exact: true }).click()),
  dialog('repository', (page) => fromPalette(page, 'git repository')),
  dialog('sessions', (page) => fromPalette(page, 'sessions')),
  {
    name: 'sessions-saved',
    open: async (page) => {
      await fromPalette(page, 'sessions');
      await page.getByRole('button', { name: 'Save the machine' }).click();
      await page.getByRole('button', { name: /^Restore / }).waitFor({ timeout: 60_000 });
      await page.getByRole('button', { name: /^Restore / }).click();
    },
    close: async (page) => {
      await escape(page);
    },
  },
  dialog('palette', (page) => page.keyboard.press('Control+Shift+P')),
  dialog('shared', async (page) => {
    const fragment = await writeShareFragment({
      image: 'nginx',
      files: { '/root/site/index.html': '<h1>Hello</h1>\n' },
      commands: ['docker run -d -p 8081:80 -v /root/site:/usr/share/nginx/html nginx'],
    });
    await page.evaluate((text) => (location.hash = text), fragment ?? '');
  }),
  {
    name: 'preview',
    open: async (page) => {
      await page.getByRole('button', { name: /8080/ }).first().click();
      await page.frameLocator('iframe').getByRole('heading').first().waitFor();
    },
    close: (page) => fromPalette(page, 'close the preview'),
  },
  {
    name: 'out-of-memory',
    open: async (page) => {
      await page.evaluate(() =>
        window.bottleship?.run('docker run --name greedy -m 8m busybox tail /dev/zero'),
      );
      await showView(page, 'containers');
      await page.locator('[data-shown=containers]', { hasText: 'greedy' }).waitFor();
    },
  },
  { name: 'lessons', open: (page) => showView(page, 'lesson') },
  view('lesson', (page) => page.locator('[data-shown=lesson] li button').first().click()),
  {
    name: 'lesson-run',
    within: 'lesson',
    open: async (page) => {
      await page.locator('figure[data-kind=run] [data-action=run]').first().click();
      await page.locator('[data-shown=processes] th', { hasText: 'nap' }).waitFor();
      await page.locator('article h2').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'lesson-end',
    within: 'lesson',
    open: (page) => page.locator('article .tools').scrollIntoViewIfNeeded(),
  },
  {
    name: 'lesson-done',
    within: 'lesson',
    open: async (page) => {
      await page.getByRole('button', { name: 'Solve for me' }).click();
      await page.locator('[data-check][data-state=passed]').nth(1).waitFor({ timeout: 60_000 });
      await page.locator('article .tools').scrollIntoViewIfNeeded();
    },
  },
];
