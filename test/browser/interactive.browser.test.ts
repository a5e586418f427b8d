/** A session at the terminal, key by key: completion, history, sizes, and the keys that let go of a program. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import {
  clearScreen,
  openToPrompt,
  type PlaygroundFixture,
  startPlayground,
  typeCommand,
  typeLine,
  waitForText,
} from '../support/playground.ts';

let playground: PlaygroundFixture;
let browser: TestBrowser;
let page: Page;

beforeAll(async () => {
  [playground, browser] = await Promise.all([startPlayground(), openBrowser()]);
  const context = await browser.newContext({ viewport: { width: 1400, height: 700 } });
  page = await context.newPage();
  await openToPrompt(page, playground.url);
  await run('docker run -d --name long-name-of-one -it busybox sh');
  await run('docker volume create disk-one');
});

afterAll(async () => {
  await browser.close();
  await playground.stop();
});

/** Whatever a story left on the line, the next one begins on an empty one. Not by Ctrl-C: it drops what is typed right behind it. */
beforeEach(async () => {
  await page.locator('#terminal textarea').focus();
  await page.keyboard.press('Control+U');
  await clearScreen(page);
});

const run = (commandLine: string): Promise<string> => typeCommand(page, commandLine);
const atPrompt = /root@bottleship:[^\n]*# ?$/;

/** Types without Enter, then Tab; what is then on the line goes away with Ctrl-U. */
async function completes(typed: string, line: string): Promise<void> {
  await clearScreen(page);
  await page.keyboard.type(typed);
  await page.keyboard.press('Tab');
  await waitForText(page, (text) => text.endsWith(`# ${line}`));
  await page.keyboard.press('Control+U');
}

test('Tab completes commands, flags, containers, images, networks and volumes', async () => {
  await completes('docker vers', 'docker version');
  await completes('docker container ren', 'docker container rename');
  await completes('docker run --hostn', 'docker run --hostname');
  await completes('docker run --rm busy', 'docker run --rm busybox:latest');
  await completes('docker run busybox:la', 'docker run busybox:latest');
  await completes('docker logs -f long', 'docker logs -f long-name-of-one');
  await completes('docker network inspect bri', 'docker network inspect bridge');
  await completes('docker volume rm dis', 'docker volume rm disk-one');
  await completes('docker cp /etc/hostn', 'docker cp /etc/hostname');
});

test('two Tabs list what may follow', async () => {
  await page.keyboard.type('docker image ');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await waitForText(page, /\bhistory\b[^]*\bprune\b[^]*# docker image$/);
  await page.keyboard.press('Control+U');
});

test('the arrow up and Ctrl-R bring commands back', async () => {
  await run('echo first-$((1+1))');
  await run('echo second');
  await clearScreen(page);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await waitForText(page, /^first-2$/m);
  await clearScreen(page);
  await page.keyboard.press('Control+R');
  await page.keyboard.type('sec');
  await waitForText(page, /\(reverse-i-search\)`sec': echo second/);
  await page.keyboard.press('Enter');
  await waitForText(page, /^second$/m);
});

test('docker run -it follows the size of the window', async () => {
  await typeLine(page, 'docker run --rm -it busybox sh');
  await waitForText(page, /\/ # ?$/);
  let asked = 0;
  const size = async (): Promise<string> => {
    // Numbered, so that an older answer still on the screen is not taken for this one.
    await typeLine(page, `clear; echo "answer ${++asked} is $(stty size)"`);
    // A key pressed before the prompt is the terminal's, not the shell's.
    const answer = new RegExp(`^answer ${asked} is (\\d+ \\d+)\\n/ # ?$`);
    return answer.exec(await waitForText(page, answer))?.[1] ?? '';
  };
  const before = await size();
  await page.setViewportSize({ width: 900, height: 500 });
  await expect.poll(size).not.toBe(before);
  await page.setViewportSize({ width: 1400, height: 700 });
  await expect.poll(size).toBe(before);
  await page.keyboard.press('Control+D');
  await waitForText(page, atPrompt);
});

test('Ctrl-C ends docker logs -f, and Ctrl-Z stops it until fg', async () => {
  await run(`docker run -d --name clock busybox sh -c 'while :; do echo tick; sleep 1; done'`);
  await clearScreen(page);
  await typeLine(page, 'docker logs -f -n 1 clock');
  await waitForText(page, /^tick$/m);
  await page.keyboard.press('Control+Z');
  await waitForText(page, /\[1\]\+ {2}Stopped[^\n]*docker logs[^]*# ?$/);
  await clearScreen(page);
  await typeLine(page, 'fg');
  await waitForText(page, /^docker logs -f[^\n]*\n(?:tick\n)*tick$/m);
  await page.keyboard.press('Control+C');
  await waitForText(page, /\^C\n?root@bottleship:[^\n]*# ?$/);
  expect(await run('echo $?; docker rm -f clock')).toBe('130\nclock');
});

test('ctrl-p ctrl-q detaches, and docker attach comes back to the same shell', async () => {
  await typeLine(page, 'docker attach long-name-of-one');
  await page.keyboard.press('Enter');
  await waitForText(page, /\/ # ?$/);
  await typeLine(page, 'word=kept');
  // The shell asks the terminal where its cursor is: the answer must not be left to the next reader.
  await waitForText(page, /word=kept\n\/ # ?$/);
  await page.keyboard.press('Control+P');
  await page.keyboard.press('Control+Q');
  await waitForText(page, /read escape sequence\n[^\n]*# ?$/);
  expect(await run("docker ps --format '{{.Names}}'")).toBe('long-name-of-one');
  await clearScreen(page);
  await typeLine(page, 'docker attach long-name-of-one');
  await typeLine(page, 'echo $word-$((40+2))');
  await waitForText(page, /^kept-42$/m);
  await typeLine(page, 'exit');
  await waitForText(page, atPrompt);
});
