/** The way out of a tab, in Chromium: a container in the page reaches what the site's owner allows, and nothing else. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseProxyConfig } from '../../src/proxy/config.ts';
import { makeCertificate } from '../support/certificate.ts';
import { collectProblems, openBrowser, type TestBrowser } from '../support/browser.ts';
import { startGitServer, type GitServer } from '../support/git-server.ts';
import { openToPrompt, startPlayground, type PlaygroundFixture } from '../support/playground.ts';

const name = 'allowed.example';
const largeBytes = 1024 * 1024;

let site: Server;
let port: number;
let forge: GitServer;
const certificate = makeCertificate(name);
let playground: PlaygroundFixture;
let browser: TestBrowser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  site = createServer((request, response) => {
    if (request.url === '/large') response.end(Buffer.alloc(largeBytes));
    else response.end(`hello to ${request.headers.host}\n`);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  port = (site.address() as AddressInfo).port;
  forge = await startGitServer({
    certificate,
    repository: 'owner/project',
    files: { 'compose.yaml': 'services: {}\n' },
  });
  const egress = { allow: [`${name}:${port},${forge.port}`], allowPrivate: [name] };
  [playground, browser] = await Promise.all([
    startPlayground({
      proxyConfig: parseProxyConfig({ defaultRegistries: false, egress }),
      resolver: async () => [{ address: '127.0.0.1', family: 4 }],
    }),
    openBrowser(),
  ]);
  const context = await browser.newContext();
  problems = collectProblems(context);
  page = await context.newPage();
  await openToPrompt(page, playground.url);
  // The machine's network card comes behind the engine.
  await run('until ip -o addr show dev eth0 | grep -q inet; do sleep 0.2; done 2> /dev/null');
  await run('docker pull -q busybox');
});

afterAll(async () => {
  await browser.close();
  await playground.stop();
  forge.stop();
  site.closeAllConnections();
  site.close();
});

function run(commandLine: string) {
  return page.evaluate(async (line) => {
    const result = await window.bottleship?.run(line);
    if (result === undefined) throw new Error('There is no machine');
    return result;
  }, commandLine);
}

const get = (url: string) => run(`docker run --rm busybox wget -q -O - ${url}`);

test('a container fetches from an allowed server, through the gateway', async () => {
  expect(await get(`http://${name}:${port}/`)).toEqual({
    stdout: `hello to ${name}:${port}\n`,
    stderr: '',
    exitCode: 0,
  });
  const { stdout } = await run(
    `docker run --rm busybox wget -q -O - http://${name}:${port}/large | wc -c`,
  );
  expect(stdout).toBe(`${largeBytes}\n`);
});

test('a Git repository is cloned through the gateway, by its dialog', async () => {
  // What signs certificates for the world did not sign this one.
  await run(`printf %s '${certificate.cert}' > /cert && git config --global http.sslCAInfo /cert`);
  await page.keyboard.press('Control+Shift+P');
  await page.getByRole('combobox').fill('Git repository');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Open a Git repository or gist' });
  const address = `https://${name}:${forge.port}/owner/project`;
  await dialog.getByRole('textbox', { name: 'Address' }).fill(address);
  await dialog.getByText(`git clone --depth 1 ${address}`).waitFor();
  await dialog.getByRole('button', { name: 'Clone it' }).click();
  await expect
    .poll(async () => (await run('cat /root/project/compose.yaml')).stdout, { timeout: 60_000 })
    .toBe('services: {}\n');
});

test('anything else is refused at once', async () => {
  const refusals = {
    [`http://${name}:22/`]: /refused|reset/,
    'http://other.example/': /bad address/,
    'http://10.0.0.1/': /refused|reset/,
    'http://169.254.169.254/': /refused|reset/,
  };
  for (const [url, words] of Object.entries(refusals)) {
    const { stdout, stderr, exitCode } = await get(url);
    expect([stdout, stderr, exitCode], url).toEqual(['', expect.stringMatching(words), 1]);
  }
  // Asking whether there is a gateway is answered with what a gateway says to no WebSocket.
  expect(problems.filter((problem) => !problem.includes('426 (Upgrade'))).toEqual([]);
});
