/**
 * The page pulls from a real registry through the proxy on its own origin: images that umoci packed and skopeo
 * pushed. What it has stored it does not ask for again, after a reload neither.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProxyListener } from '../../src/node/serve-proxy.ts';
import { parseProxyConfig } from '../../src/proxy/config.ts';
import { collectProblems, openBrowser, type TestBrowser } from '../support/browser.ts';
import {
  openToPrompt,
  startPlayground,
  typeCommand,
  type PlaygroundFixture,
} from '../support/playground.ts';
import { startRegistry, type RegistryFixture } from '../support/registry-fixture.ts';

let registry: RegistryFixture;
let playground: PlaygroundFixture;
let browser: TestBrowser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  registry = await startRegistry();
  const registryProxy = createProxyListener(
    parseProxyConfig(
      { defaultRegistries: false },
      { BOTTLESHIP_PROXY_REGISTRIES: `${registry.host}=http://${registry.host};private;insecure` },
    ),
  );
  [playground, browser] = await Promise.all([startPlayground({ registryProxy }), openBrowser()]);
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 } });
  problems = collectProblems(context);
  page = await context.newPage();
  await openToPrompt(page, playground.url);
});

afterAll(async () => {
  await browser.close();
  await playground.stop();
  await registry.dispose();
});

const run = (commandLine: string): Promise<string> => typeCommand(page, commandLine);
/** Not the bundled library's: those are fetched for offline use. */
const blobs = () =>
  playground.requests.filter(
    (path) => path.startsWith(`/v2/${registry.host}/`) && path.includes('/blobs/'),
  );

/** Reads what the layers are about: whiteouts, an opaque folder, hard links, large and sparse files. */
const look =
  "sh -c 'ls /etc/services /data/old /data/twin-1 2>&1; ls /opaque; cat /data/twin-2; md5sum /data/noise; wc -c < /data/sparse'";
/** At the end: the command line itself is wider than the terminal. */
const seen = new RegExp(
  `${[
    'ls: /etc/services: No such file or directory',
    'ls: /data/old: No such file or directory',
    'ls: /data/twin-1: No such file or directory',
    'only',
    'twins',
    'bc5016e5544e7cb6381071e17f9039fa  /data/noise',
    '8388608',
  ].join('\\n')}$`,
);

for (const name of ['index', 'zstd'] as const) {
  test(`docker run pulls and runs "${name}"`, async () => {
    const image = `${registry.host}/${registry.images[name]}`;
    const pulled = await run(`docker pull ${image}`);
    expect(pulled).toContain(`Digest: ${await registry.skopeoDigest(registry.images[name])}`);
    expect(pulled).toContain(`Status: Downloaded newer image for ${image}:latest`);
    expect(await run(`docker run --rm ${image} ${look}`)).toMatch(seen);
  });
}

test('a second form of the same image downloads no blob, nor does a run after a reload', async () => {
  // The five blobs of the first image; the second has its config and layers already.
  expect(blobs()).toHaveLength(5);
  await page.reload();
  await openToPrompt(page, playground.url);
  playground.requests.length = 0;
  const image = `${registry.host}/${registry.images.index}`;
  expect(await run(`docker pull ${image}`)).toContain(
    `Status: Image is up to date for ${image}:latest`,
  );
  expect(await run(`docker run --rm ${image} ${look}`)).toMatch(seen);
  expect(blobs()).toEqual([]);
});

test('an image for other platforms is refused in the words of docker', async () => {
  const output = await run(`docker run --rm ${registry.host}/${registry.images.foreign}; echo $?`);
  expect(output).toContain('no matching manifest for linux/386 in the manifest list entries');
  expect(output.split('\n').at(-1)).toBe('125');
  expect(await run(`docker run --rm ${registry.host}/nosuch; echo $?`)).toContain(
    `docker: Error response from daemon: manifest for ${registry.host}/nosuch:latest not found: manifest unknown: manifest unknown`,
  );
});

test('the page breaks no rule of its security policy', () => {
  expect(problems.filter((problem) => !problem.includes('404'))).toEqual([]);
});
