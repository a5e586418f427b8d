import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { previewPolicy, previewScripts } from './preview-page.ts';
import { servePlayground, type PlaygroundServer } from './serve-playground.ts';

let folder: string;
let servers: PlaygroundServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serve-preview-'));
  await writeFile(join(folder, 'index.html'), 'page');
  for (const name of previewScripts) await writeFile(join(folder, name), `// ${name}`);
  servers = await servePlayground({ folder, port: 0, previewFolder: folder });
});

afterAll(async () => {
  servers.server.close();
  servers.preview?.close();
  await rm(folder, { recursive: true });
});

const portOf = (server: PlaygroundServer['server'] | undefined): number => {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** With a host name of its own, which `fetch` would not let us choose. */
function ask(
  host: string,
  path: string,
): Promise<{ status: number; type: string; policy: string; body: string }> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: portOf(servers.preview), path, headers: { host } };
    request(options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        const { 'content-type': type = '', 'content-security-policy': policy = '' } =
          response.headers;
        resolve({ status: response.statusCode ?? 0, type, policy: String(policy), body });
      });
    })
      .on('error', reject)
      .end();
  });
}

test('the previews’ origin serves its page for every path, to its own names only', async () => {
  const playground = `http://localhost:${portOf(servers.server)}`;
  const host = `p8080-0123456789abcdef.bottleship.localhost:${portOf(servers.preview)}`;
  const page = await ask(host, '/any/path?x=1');
  expect(page).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
  expect(page.policy).toContain("default-src 'none'; script-src 'self'");
  expect(page.body).toContain(`content="${playground} `);
  const script = await ask(host, '/bottleship-preview-worker.js?playground=x');
  expect(script).toMatchObject({ status: 200, type: 'text/javascript; charset=utf-8', policy: '' });
  expect(await ask('localhost', '/')).toMatchObject({ status: 421 });
  expect(await ask('p8080-0123456789abcdef.evil.example', '/')).toMatchObject({ status: 421 });
});

test('previewPolicy() lets those hold a preview who may hold an embed', () => {
  const playgrounds = ['https://play.example'];
  expect(previewPolicy([])).toContain("frame-ancestors 'none'");
  expect(previewPolicy(playgrounds)).not.toContain('frame-ancestors');
  expect(previewPolicy(playgrounds, "'self' https://school.example")).toMatch(
    /frame-ancestors https:\/\/play.example https:\/\/school.example$/,
  );
  expect(previewPolicy(playgrounds, "'none'")).toMatch(/frame-ancestors https:\/\/play.example$/);
});

test('the playground says where its previews are', async () => {
  const answer = await fetch(`http://127.0.0.1:${portOf(servers.server)}/preview.json`);
  expect(await answer.json()).toEqual({
    template: `http://p{port}-{session}.bottleship.localhost:${portOf(servers.preview)}`,
  });
});
