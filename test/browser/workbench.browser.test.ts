/** The workbench as its users meet it: panes, terminals in tabs, the editor, the palette, for everybody and in both languages. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axeViolations, latinTexts } from '../support/accessibility.ts';
import { collectProblems, openBrowser, type TestBrowser } from '../support/browser.ts';
import {
  freshTerminal,
  openToPrompt,
  startPlayground,
  typeCommand,
  waitForText,
} from '../support/playground.ts';
import type { PlaygroundFixture } from '../support/playground.ts';

let playground: PlaygroundFixture;
let browser: TestBrowser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  [playground, browser] = await Promise.all([startPlayground(), openBrowser()]);
  const context = await browser.newContext({ viewport: { width: 1400, height: 800 } });
  problems = collectProblems(context);
  page = await context.newPage();
  await openToPrompt(page, playground.url);
});

afterAll(async () => {
  await browser.close();
  await playground.stop();
});

const atPrompt = /root@bottleship:[^\n]*# ?$/;

/** A button of the bar of views. */
const bar = (view: string) => page.locator(`[data-view=${view}]`);

test('the bar is reached and walked by keyboard, and Enter opens a view', async () => {
  await bar('start').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowDown');
  expect(await bar('start').evaluate((button) => button === document.activeElement)).toBe(true);
  await bar('files').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('tree').waitFor();
  expect(await bar('files').getAttribute('aria-pressed')).toBe('true');
});

test('a separator is moved by keyboard, and the page remembers it', async () => {
  const separator = page.getByRole('separator');
  const before = Number(await separator.getAttribute('aria-valuenow'));
  await separator.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  expect(Number(await separator.getAttribute('aria-valuenow'))).toBe(before + 4);
  const kept = await page.evaluate(() => localStorage.getItem('bottleship.layout'));
  expect(kept).toContain(`"view":${before + 4}`);
});

test('each terminal is a shell of its own, and programs name their tab', async () => {
  await typeCommand(page, 'word=first; tty > /tmp/tty');
  await page.keyboard.press('Control+Shift+Backquote');
  await waitForText(page, atPrompt);
  expect(await typeCommand(page, 'echo "[$word]"')).toBe('[]');
  expect(await typeCommand(page, '[ "$(tty)" = "$(cat /tmp/tty)" ]; echo $?')).toBe('1');
  await typeCommand(page, String.raw`printf '\033]0;my build\007'`);
  await page.getByRole('tab', { name: 'my build' }).waitFor();
  await page.keyboard.press('Alt+PageUp');
  expect(await typeCommand(page, 'echo "[$word]"')).toBe('[first]');
  await freshTerminal(page);
  expect(await page.getByRole('tab').count()).toBe(1);
});

test('a file is made in the page, checked, saved, and read by a program', async () => {
  await page.getByRole('button', { name: 'New file' }).click();
  await page.getByRole('textbox', { name: 'Path' }).fill('/root/app/Dockerfile');
  await page.getByRole('button', { name: 'Create' }).click();
  const editor = page.locator('.cm-content');
  await editor.click();
  await page.keyboard.type('FROM busybox as base\nCO');
  await page.locator('.cm-tooltip-autocomplete').getByText('COPY').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('RUNN');
  await page.locator('.cm-lintRange-error').first().waitFor();
  await page.keyboard.press('Backspace');
  await page.keyboard.type(' true');
  // `as` in lower case beside FROM in upper case.
  await page.locator('.cm-lintRange-warning').first().waitFor();
  await page.keyboard.press('Control+S');
  await page.getByRole('button', { name: 'Saved' }).waitFor();
  expect(await typeCommand(page, 'cat app/Dockerfile; echo')).toBe(
    'FROM busybox as base\nRUN true',
  );
});

test('what a program changed beneath is not overwritten unasked', async () => {
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\n# mine');
  await typeCommand(page, 'echo "# theirs" > app/Dockerfile');
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+S');
  await page.getByText('The file was changed on the machine since it was opened.').waitFor();
  expect(await typeCommand(page, 'cat app/Dockerfile')).toBe('# theirs');
  await page.getByRole('button', { name: 'Take the machine’s version' }).click();
  await page.locator('.cm-content').getByText('# theirs').waitFor();
});

test('the palette opens a container’s log in a terminal of its own', async () => {
  const loop = "sh -c 'echo logged-line; sleep 1000'";
  await page.evaluate(
    (line) => window.bottleship?.run(line),
    `docker run -d --name talker busybox ${loop}`,
  );
  await bar('files').focus();
  await page.keyboard.press('Control+K');
  await page.getByRole('combobox').fill('log talker');
  await page.getByRole('option', { name: /Log of talker/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'talker' }).waitFor();
  await waitForText(page, /^logged-line$/m);
  expect(await page.getByRole('dialog').count()).toBe(0);
  // In the terminal, whose shell has Ctrl-K: the palette knows what else keys do.
  await page.keyboard.press('Control+Shift+P');
  await page.getByRole('combobox').fill('shortcuts');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Alt+PgDn').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

/** Drops a folder with a file on a place of the page, as a hand with a mouse does. Returns what removes the folder. */
async function drop(place: { x: number; y: number } | null): Promise<() => Promise<void>> {
  const temporary = await mkdtemp(join(tmpdir(), 'drop-'));
  const folder = join(temporary, 'dropped');
  await mkdir(folder);
  await writeFile(join(folder, 'in.txt'), 'dropped\n');
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 };
  const at = { x: (place?.x ?? 0) + 8, y: (place?.y ?? 0) + 8, data };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, ...at });
  await session.detach();
  return () => rm(temporary, { recursive: true });
}

test('files that are chosen or dropped are the machine’s, and a download is the learner’s', async () => {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Upload' }).click();
  await (
    await chooser
  ).setFiles([{ name: 'chosen.txt', mimeType: 'text/plain', buffer: Buffer.from('chosen\n') }]);
  await page.getByRole('treeitem', { name: 'chosen.txt' }).waitFor();
  const again = page.waitForEvent('filechooser');
  const button = page.getByRole('button', { name: 'Upload' });
  await button.click();
  await (
    await again
  ).setFiles([{ name: 'chosen.txt', mimeType: 'text/plain', buffer: Buffer.from('other\n') }]);
  await page.getByText('chosen.txt is there already. Replace it?').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  const app = page.getByRole('treeitem', { name: 'app', exact: true });
  const tidy = await drop(await app.boundingBox());
  await page.getByRole('treeitem', { name: 'dropped', exact: true }).waitFor();
  await tidy();
  const read = 'cat /root/app/dropped/in.txt /root/chosen.txt';
  expect(await page.evaluate((line) => window.bottleship?.run(line), read)).toMatchObject({
    stdout: 'dropped\nchosen\n',
  });
  await page.getByRole('treeitem', { name: 'chosen.txt' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toBe('chosen.txt');
  expect(await readFile(await saved.path(), 'utf8')).toBe('chosen\n');
});

test('a share link does what it says on another page, once its visitor agrees', async () => {
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share this as a link' });
  await dialog.getByRole('checkbox', { name: /Dockerfile/ }).waitFor();
  await dialog
    .getByRole('textbox', { name: /^Commands/ })
    .fill('cat app/dropped/in.txt\necho shared-$((6*7))');
  expect(await axeViolations(page)).toEqual([]);
  const field = dialog.getByRole('textbox', { name: /^Link/ });
  const lengthOf = async (): Promise<number> => (await field.inputValue()).length;
  await expect.poll(lengthOf).toBeGreaterThan(playground.url.length + 200);
  const link = await field.inputValue();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.locator('header button.share:focus').waitFor();

  const other = await page.context().newPage();
  await other.goto(link);
  const offer = other.getByRole('dialog', { name: 'Somebody shared this with you' });
  await offer.getByText('echo shared-$((6*7))').waitFor();
  await offer.getByText('/root/app/dropped/in.txt').click();
  await offer.getByText('dropped', { exact: true }).waitFor();
  expect(await axeViolations(other)).toEqual([]);
  await waitForText(other, atPrompt);
  expect(await other.evaluate(() => window.bottleship?.run('ls /root'))).toMatchObject({
    stdout: '',
  });
  await offer.getByRole('button', { name: 'Do it' }).click();
  await waitForText(other, /^dropped\n[^]*^shared-42$/m);
  expect(await other.locator('[data-view=files]').getAttribute('aria-pressed')).toBe('true');
  expect(new URL(other.url()).hash).toBe('');
  await other.evaluate(() => (location.hash = '#share=1.damaged'));
  await other.getByText('It is damaged').waitFor();
  await other.close();
  await page.bringToFront();
});

test('F6 leads out of the terminal', async () => {
  await page.locator('#terminal textarea').focus();
  await page.keyboard.press('F6');
  expect(await page.evaluate(() => document.activeElement?.closest('.xterm'))).toBeNull();
});

/** Shows every view, one after the other. */
async function eachView(look: (view: string) => Promise<void>): Promise<void> {
  const views = await page
    .locator('[data-view]')
    .evaluateAll((buttons) => buttons.map((button) => (button as HTMLElement).dataset['view']));
  for (const view of views) {
    if (view === undefined) continue;
    if ((await bar(view).getAttribute('aria-pressed')) !== 'true') await bar(view).click();
    if (view !== 'start') await page.locator(`[data-shown=${view}] .content > *`).first().waitFor();
    await look(view);
  }
}

test('axe finds no violation in any view, in either theme', async () => {
  const found: string[] = [];
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await eachView(async (view) => {
      for (const line of await axeViolations(page)) found.push(`${scheme} ${view}: ${line}`);
    });
  }
  await page.keyboard.press('Control+Shift+P');
  await page.getByRole('combobox').waitFor();
  for (const line of await axeViolations(page)) found.push(`palette: ${line}`);
  await page.keyboard.press('Escape');
  expect(found).toEqual([]);
});

/** Of what the stories before made. */
const names = ['talker', 'busybox', 'latest', 'chosen', 'txt'];

test('in Chinese no word is left in English, and axe finds no violation', async () => {
  await page.getByRole('button', { name: '简体中文' }).click();
  const found: string[] = [];
  await eachView(async (view) => {
    for (const text of await latinTexts(page, names)) found.push(`${view}: ${text}`);
    for (const line of await axeViolations(page)) found.push(`${view}: ${line}`);
  });
  await page.keyboard.press('Control+Shift+P');
  await page.getByRole('combobox').waitFor();
  for (const text of await latinTexts(page, names)) found.push(`palette: ${text}`);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'English' }).click();
  expect(found).toEqual([]);
});

test('all of it broke no rule of the policy and logged no error', () => {
  expect(problems).toEqual([]);
});
