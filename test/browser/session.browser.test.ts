/** A machine that is saved with a container that runs, and restored after a reload: the container still answers. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axeViolations } from '../support/accessibility.ts';
import { collectProblems, openBrowser, screenshot, type TestBrowser } from '../support/browser.ts';
import {
  openToPrompt,
  startPlayground,
  typeCommand,
  typeLine,
  waitForText,
  type PlaygroundFixture,
} from '../support/playground.ts';

let playground: PlaygroundFixture;
let url: string;
let browser: TestBrowser;
let context: BrowserContext;
let page: Page;
let problems: string[];

beforeAll(async () => {
  [playground, browser] = await Promise.all([startPlayground(), openBrowser()]);
  context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  problems = collectProblems(context);
  page = await context.newPage();
  // Of the same site as its previews: a private window gives frames of other sites no service worker.
  url = playground.url.replace('localhost', 'bottleship.localhost');
  await openToPrompt(page, url);
});

afterAll(async () => {
  await browser.close();
  await playground.stop();
});

/** What a command line prints, run beside the terminal; waits for the machine. */
async function run(commandLine: string): Promise<string> {
  const { stdout, stderr, exitCode } = await page.evaluate(async (line) => {
    const { bottleship } = window as unknown as {
      bottleship: {
        run(line: string): Promise<Record<'stdout' | 'stderr', string> & { exitCode: number }>;
      };
    };
    return bottleship.run(line);
  }, commandLine);
  if (exitCode !== 0) throw new Error(`Cannot run ${commandLine}: ${stdout}${stderr}`);
  return stdout;
}

async function openSessions(): Promise<void> {
  await page.getByRole('button', { name: 'Sessions', exact: true }).click();
  await page.getByRole('dialog', { name: 'Sessions' }).waitFor();
}

/** Waits until the machine that runs is the restored one. */
async function restored(): Promise<void> {
  await page.locator('[data-phase="ready"]').waitFor({ timeout: 60_000 });
  await expect
    .poll(() => run('cat /root/mark').catch(() => ''), { timeout: 60_000 })
    .toBe('saved\n');
}

test('save, reload, restore: the container runs on and its port answers', async () => {
  await run('docker pull -q busybox');
  const serve = 'echo serving; echo hello > /www/index.html; exec httpd -f -h /www';
  await run(`docker run -d --name web -p 8080:80 -v /www busybox sh -c '${serve}'`);
  await run('until curl -sf localhost:8080; do :; done; echo saved > /root/mark');
  await page.getByRole('button', { name: 'New terminal' }).click();
  expect(await typeCommand(page, 'echo seen-$((40+2))')).toBe('seen-42');
  await typeLine(page, 'docker logs -f web');
  await waitForText(page, /^serving$/m);
  const pid = await run("docker inspect -f '{{.State.Pid}}' web");

  await openSessions();
  await page.getByRole('textbox', { name: 'Name' }).fill('My machine');
  await page.getByRole('button', { name: 'Save the machine' }).click();
  await page.getByText('My machine is saved.').waitFor({ timeout: 60_000 });
  expect(await page.getByRole('listitem').filter({ hasText: 'My machine' }).innerText()).toContain(
    'running: web',
  );
  expect(await axeViolations(page)).toEqual([]);
  await screenshot(page, 'sessions');
  // What is done afterwards is not in it.
  await run('echo later > /root/mark; docker rm -f web');

  await openToPrompt(page, url);
  expect(await run('docker ps -aq')).toBe('');
  await openSessions();
  await page.getByRole('button', { name: 'Restore My machine' }).click();
  await page.getByRole('button', { name: 'Replace this machine' }).click();
  await restored();
  // The shells are those of before, each with what it showed, and show their prompts again.
  await page.getByRole('tab').nth(1).click();
  // Whatever followed a container has ended, and says how it is taken up again.
  await waitForText(
    page,
    /^seen-42\n[^]*The saved machine goes on here[^]*^docker: The machine was saved and restored, [^]*"docker logs -f web"[^]*root@bottleship:~# ?$/m,
  );
  expect(await run("docker inspect -f '{{.State.Pid}}' web")).toBe(pid);
  expect(await run('curl -s localhost:8080')).toBe('hello\n');
  expect(await run('docker exec web cat /www/index.html')).toBe('hello\n');
  await page.getByRole('button', { name: 'Open port 8080 of web' }).click();
  await page.frameLocator('iframe').getByText('hello').waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Close the preview' }).click();
});

test('resuming by choice: a reload comes back to the machine as it was', async () => {
  await openSessions();
  await page.getByRole('checkbox', { name: 'Resume where I left off after a reload' }).check();
  await page.getByRole('button', { name: 'Restore Where I left off' }).waitFor({ timeout: 60_000 });
  await page.reload();
  await restored();
  expect(await run('docker exec web cat /www/index.html')).toBe('hello\n');
});

test('a file that is no session is refused in words, and a session is exported and imported', async () => {
  await openSessions();
  const picker = page.locator('input[type=file][accept=".bottleship"]');
  await picker.setInputFiles({
    name: 'x.bottleship',
    mimeType: '',
    buffer: Buffer.from('nonsense'),
  });
  await page.getByRole('alert').filter({ hasText: 'it is no saved session' }).waitFor();
  const download = page.waitForEvent('download', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Export My machine as a file' }).click();
  const path = await (await download).path();
  await page.getByRole('button', { name: 'Delete My machine' }).click();
  await page.getByRole('button', { name: 'Delete for good' }).click();
  await page.getByRole('button', { name: 'Restore My machine' }).waitFor({ state: 'detached' });
  await picker.setInputFiles(path);
  await page.getByText('My machine is imported.').waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Restore My machine' }).waitFor();
  expect(problems).toEqual([]);
});
