/** Docker, as a learner types it into the terminal of the page: what must be seen. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createProxyListener, loadProxyConfig } from '../../src/node/serve-proxy.ts';
import { collectProblems, openBrowser, screenshot, type TestBrowser } from '../support/browser.ts';
import { startFakeHub } from '../support/fake-hub.ts';
import type { FakeHub } from '../support/fake-hub.ts';
import {
  clearScreen,
  freshTerminal,
  openToPrompt,
  startPlayground,
  typeCommand,
  typeLine,
  waitForText,
} from '../support/playground.ts';
import type { PlaygroundFixture } from '../support/playground.ts';

let hub: FakeHub;
let playground: PlaygroundFixture;
let browser: TestBrowser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  hub = await startFakeHub();
  const registryProxy = createProxyListener(loadProxyConfig(hub.proxyEnvironment));
  [playground, browser] = await Promise.all([startPlayground({ registryProxy }), openBrowser()]);
  // Wide enough that no message wraps.
  const context = await browser.newContext({ viewport: { width: 2200, height: 900 } });
  problems = collectProblems(context);
  page = await context.newPage();
  await openToPrompt(page, playground.url);
});

afterAll(async () => {
  await browser.close();
  await playground.stop();
  hub.stop();
});

/** Whatever a story left running, the next one has a shell of its own. */
beforeEach(async () => {
  await freshTerminal(page);
});

const run = (commandLine: string): Promise<string> => typeCommand(page, commandLine);

test('docker run hello-world pulls the image and prints its message', async () => {
  const output = await run('docker run hello-world');
  expect(output).toContain("Unable to find image 'hello-world:latest' locally");
  expect(output).toContain('Status: Downloaded newer image for hello-world:latest');
  expect(output).toMatch(/Hello from/);
  await screenshot(page, 'hello-world');
});

test('docker run -it busybox sh is a shell in namespaces of its own', async () => {
  const links = 'for n in mnt net pid uts ipc cgroup; do readlink /proc/self/ns/$n; done';
  const machine = (await run(links)).split('\n');
  await run('docker pull -q busybox');
  await clearScreen(page);
  await typeLine(page, 'docker run --rm -it busybox sh');
  await waitForText(page, /\/ # ?$/);
  await typeLine(page, 'echo "pid $$ host $(hostname)"; mount | grep " / "; cat /proc/self/cgroup');
  const text = await waitForText(page, /0::\/[^\n]*\n[^\n]*\/ # ?$/);
  expect(text).toMatch(/^pid 1 host [0-9a-f]{12}$/m);
  expect(text).toMatch(/^overlay on \/ type overlay/m);
  expect(text).toMatch(/^0::\/$/m);
  await screenshot(page, 'busybox');
  await typeLine(page, `clear; ${links}`);
  const inside = await waitForText(page, /cgroup:\[\d+\]\n/);
  expect(machine).toHaveLength(6);
  for (const link of machine) expect(inside).not.toContain(link);
  await typeLine(page, 'exit');
  await waitForText(page, /root@bottleship:[^\n]*# ?$/);
});

test.each([
  ["docker run --rm busybox sh -c 'exit 7'; echo $?", /^7$/],
  [
    'docker run --rm nosuch; echo $?',
    /^docker: Error response from daemon: pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied$[^]*^125$/m,
  ],
  ['docker run --rm busybox /etc/passwd; echo $?', /permission denied[^]*126$/],
  ['docker run --rm busybox nosuch; echo $?', /executable file not found in \$PATH[^]*127$/],
])('%s', async (commandLine, expected) => {
  expect(await run(commandLine)).toMatch(expected);
});

test('a container over its memory limit is killed, and inspect says so', async () => {
  const hog = "docker run --name hog -m 32m busybox sh -c 'tail /dev/zero'; echo $?";
  expect(await run(hog)).toMatch(/137$/);
  expect(await run("docker inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' hog")).toBe(
    'true 137',
  );
});

test('--pids-limit holds', async () => {
  const fork = 'for i in 1 2 3 4 5 6 7 8; do sleep 9 & done; echo forked';
  expect(await run(`docker run --rm --pids-limit 4 busybox sh -c '${fork}'`)).toMatch(
    /can't fork|Resource temporarily unavailable/i,
  );
});

test('docker run -d, logs -f, exec -it and stop', async () => {
  const tick = "sh -c 'while true; do echo tick; sleep 1; done'";
  expect(await run(`docker run -d --name clock busybox ${tick}`)).toMatch(/^[0-9a-f]{64}$/);
  await clearScreen(page);
  await typeLine(page, 'docker logs -f clock');
  await waitForText(page, /tick\n(?:[^]*\n)?tick/);
  await page.keyboard.press('Control+C');
  await waitForText(page, /root@bottleship:[^\n]*# ?$/);
  await clearScreen(page);
  await typeLine(page, 'docker exec -it clock sh');
  await waitForText(page, /\/ # ?$/);
  await typeLine(page, 'ps');
  await waitForText(page, /\n\s+1 root[^\n]*tick/);
  await typeLine(page, 'exit');
  await waitForText(page, /root@bottleship:[^\n]*# ?$/);
  expect(await run('docker stop -t 1 clock')).toBe('clock');
  expect(await run("docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' clock")).toBe(
    'exited 137',
  );
});

test('docker ps -aq | xargs docker rm removes what is left', async () => {
  expect(await run('docker ps -aq | wc -l')).toMatch(/^[1-9]\d*$/);
  expect(await run('docker ps -aq | xargs docker rm')).toMatch(/^[0-9a-f]{12}(\n[0-9a-f]{12})*$/);
  expect(await run('docker ps -aq')).toBe('');
});

test('a suggestion types its command into the terminal', async () => {
  await clearScreen(page);
  await page.getByRole('button', { name: /Run your first container/ }).click();
  await waitForText(page, /# docker run hello-world\n[^]*Hello from[^]*root@bottleship/);
});

test('copy and paste go through the clipboard', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(() => navigator.clipboard.writeText('echo pasted-$((6*7))'));
  await clearScreen(page);
  await page.locator('#terminal textarea').focus();
  await page.keyboard.press('Control+Shift+V');
  await page.keyboard.press('Enter');
  await waitForText(page, /^pasted-42$/m);
  const word = page.locator('#terminal .xterm-rows').getByText('pasted-42', { exact: true });
  // xterm listens on a layer above its text.
  await word.dblclick({ force: true });
  await page.keyboard.press('Control+Shift+C');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/pasted/);
});

test('the terminal follows the size of the page', async () => {
  const before = await run('stty size');
  await page.setViewportSize({ width: 900, height: 500 });
  await expect.poll(() => run('stty size')).not.toBe(before);
  await page.setViewportSize({ width: 2200, height: 900 });
});

test('a shell that ended comes back with Enter', async () => {
  await typeLine(page, 'exit 3');
  await waitForText(page, /The shell ended with exit code 3\. Press Enter to open a new one\./);
  await page.keyboard.press('Enter');
  await waitForText(page, /root@bottleship:[^\n]*# ?$/);
});

test('window.bottleship runs command lines and speaks the Engine API', async () => {
  const result = await page.evaluate(() =>
    window.bottleship?.run('echo out; echo err >&2; exit 5'),
  );
  expect(result).toEqual({ stdout: 'out\n', stderr: 'err\n', exitCode: 5 });
  const version = await page.evaluate(async () => {
    const answer = await window.bottleship?.engine({ method: 'GET', path: '/version' });
    return JSON.parse(new TextDecoder().decode(answer?.body)) as { Os: string; Arch: string };
  });
  expect(version).toMatchObject({ Os: 'linux', Arch: '386' });
});

test('all of it broke no rule of the policy and logged no error', () => {
  expect(problems).toEqual([]);
});
