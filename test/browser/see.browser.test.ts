/** A first visit by somebody who only clicks, and the live views: each shows what docker and the kernel say. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectProblems, openBrowser, type TestBrowser } from '../support/browser.ts';
import { openToPrompt, startPlayground, waitForText } from '../support/playground.ts';
import type { PlaygroundFixture } from '../support/playground.ts';

let playground: PlaygroundFixture;
let browser: TestBrowser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  [playground, browser] = await Promise.all([startPlayground(), openBrowser()]);
  const context = await browser.newContext({ viewport: { width: 1500, height: 1000 } });
  problems = collectProblems(context);
  page = await context.newPage();
});

afterAll(async () => {
  await browser.close();
  await playground.stop();
});

/** What a command line on the machine prints, beside the page. */
async function say(commandLine: string): Promise<string> {
  const result = await page.evaluate((line) => window.bottleship?.run(line), commandLine);
  expect(result?.stderr).toBe('');
  return result?.stdout.trim() ?? '';
}

const inspect = (format: string): Promise<string> => say(`docker inspect -f '${format}' web`);

async function show(view: string): Promise<void> {
  await page.locator(`[data-view=${view}]`).click();
  await page.locator(`[data-shown=${view}]`).waitFor();
}

/** Text of the one element, once it is what is wanted. */
async function shows(selector: string, wanted: string): Promise<void> {
  const text = async (): Promise<string> => (await page.locator(selector).innerText()).trim();
  await expect.poll(text, { timeout: 30_000 }).toBe(wanted);
}

test('a newcomer who only clicks runs hello-world, and sees its container', async () => {
  await openToPrompt(page, playground.url);
  await page.getByRole('button', { name: /Run your first container/ }).click();
  await waitForText(page, /# docker run hello-world\n[^]*Hello from[^]*root@bottleship/);
  await page.locator('[data-view=containers]').click();
  await shows('[data-container] [data-fact=image]', 'hello-world');
  await shows('[data-container] [data-fact=exit-code]', '0');
});

test('containers are those of docker inspect, and follow what happens', async () => {
  await say('docker pull -q busybox && docker network create shop');
  const limits = '--memory 32m --pids-limit 40 --cpus 0.5';
  await say(`docker run -d --name web --network shop -p 8080:80 ${limits} busybox httpd -f -p 80`);
  const card = '[data-container=web]';
  await shows(`${card} .state`, 'running');
  await shows(`${card} [data-fact=image]`, await inspect('{{.Config.Image}}'));
  await shows(`${card} [data-fact=pid]`, await inspect('{{.State.Pid}}'));
  const address = await inspect('{{.NetworkSettings.Networks.shop.IPAddress}}');
  await shows(`${card} [data-fact=address]`, `${address} (shop)`);
  const bytes = await page.locator(`${card} [data-fact=memory]`).getAttribute('data-bytes');
  expect(bytes).toBe(await inspect('{{.HostConfig.Memory}}'));
  expect(await page.locator(`${card} [data-fact=ports]`).innerText()).toMatch(/8080 → 80/);
  await say('docker pause web');
  await shows(`${card} .state`, 'paused');
  await say('docker unpause web');
  await shows(`${card} .state`, 'running');
});

test('processes, namespaces and cgroups are those of docker inspect and /proc', async () => {
  await show('processes');
  const pid = await inspect('{{.State.Pid}}');
  await shows(`tr[data-pid="${pid}"] td:nth-child(2)`, '1');
  expect(await page.locator(`tr[data-pid="${pid}"] code`).innerText()).toBe('httpd -f -p 80');
  for (const kind of ['mnt', 'pid', 'net', 'uts', 'ipc', 'cgroup']) {
    const inode = (await say(`readlink /proc/${pid}/ns/${kind}`)).replace(/\D/g, '');
    await shows(`tr[data-kind=${kind}] td:last-child .inode`, inode);
  }
  const group = page.locator('[data-group=web]');
  expect(await group.locator('.path').innerText()).toContain(await inspect('{{.Id}}'));
  const maxima = await group
    .locator('meter')
    .evaluateAll((meters) => meters.map((meter) => String((meter as HTMLMeterElement).max)));
  expect(maxima).toEqual(
    (await inspect('{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}')).split(' '),
  );
});

test('the network is that of docker inspect, and a port that is no more goes', async () => {
  await show('network');
  await page.locator('summary', { hasText: 'As a table' }).click();
  const facts = await inspect(
    '{{with .NetworkSettings.Networks.shop}}{{.IPAddress}}/{{.IPPrefixLen}} {{.MacAddress}} {{.Gateway}} br-{{slice .NetworkID 0 12}}{{end}}',
  );
  const row = page.locator('tr[data-endpoint]', { hasText: 'web' });
  const [address = '', mac = '', gateway = '', bridge = ''] = facts.split(' ');
  expect((await row.innerText()).split('\t').map((cell) => cell.trim())).toEqual([
    'web',
    'shop',
    bridge,
    expect.stringMatching(/^veth/),
    'eth0',
    address,
    mac,
    gateway,
    '0.0.0.0:8080 → 80/tcp',
  ]);
  await say('docker rm -f web');
  await row.waitFor({ state: 'detached' });
});

test('the layers of an image are those of docker inspect', async () => {
  await say("printf 'FROM busybox\\nRUN echo new > /new\\n' | docker build -q -t made -");
  await show('images');
  const select = page.locator('[data-shown=images] select').first();
  await select.selectOption(await say('docker images -q --no-trunc made'));
  const layers = JSON.parse(
    await say("docker inspect -f '{{json .RootFS.Layers}}' made"),
  ) as string[];
  const shown = (): Promise<(string | undefined)[]> =>
    page
      .locator('li[data-layer]')
      .evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset['layer']));
  await expect.poll(shown, { timeout: 30_000 }).toEqual(layers.toReversed());
  await page.locator('li[data-layer]').first().getByText('RUN').waitFor();
  expect(problems).toEqual([]);
});
