/**
 * The divisor of the page's figures: the bare kernel in the same browser, in a module worker, and nothing
 * of ours around it.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { BrowserContext } from 'playwright-core';
import { build } from 'vite';
import { noNodeModules } from '../../src/node/build/no-node-modules.ts';
import { restedPage } from '../support/browser.ts';

export interface BareBoot {
  /** Milliseconds from power on to user space, in a fresh page and worker. */
  measure(context: BrowserContext): Promise<number>;
  stop(): void;
}

const repository = new URL('../../', import.meta.url);
const wasmUrl = new URL('node_modules/v86/build/v86.wasm', repository);

export async function startBareBoot(): Promise<BareBoot> {
  const worker = await bundle(new URL('bare-boot-worker.ts', import.meta.url));
  const server = createServer((request, response) => {
    void answer(request.url ?? '/', worker).then(
      ({ type, body }) => response.setHeader('content-type', type).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    measure: (context) => measure(context, url),
    stop: () => server.close(),
  };
}

async function measure(context: BrowserContext, url: string): Promise<number> {
  const page = await restedPage(context);
  try {
    await page.goto(url);
    const result = await page.evaluate(
      () =>
        new Promise<{ milliseconds?: number; error?: string }>((resolve) => {
          const worker = new Worker('/worker.js', { type: 'module' });
          worker.addEventListener('message', ({ data }) => resolve(data as object));
          worker.addEventListener('error', ({ message }) => resolve({ error: message }));
        }),
    );
    if (result.milliseconds === undefined) throw new Error(`Cannot boot: ${result.error}`);
    return result.milliseconds;
  } finally {
    await page.close();
  }
}

async function answer(
  path: string,
  worker: string,
): Promise<{ type: string; body: string | Buffer }> {
  if (path === '/') return { type: 'text/html', body: '<!doctype html><title>Bare kernel</title>' };
  if (path === '/worker.js') return { type: 'text/javascript', body: worker };
  if (path === '/machine/v86.wasm') {
    return { type: 'application/wasm', body: await readFile(wasmUrl) };
  }
  const name = /^\/machine\/([a-z.]+)$/.exec(path)?.[1] ?? '';
  const body = await readFile(new URL(`public/machine/${name}`, repository));
  return { type: 'application/octet-stream', body };
}

async function bundle(entry: URL): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [noNodeModules()],
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: fileURLToPath(entry), formats: ['es'], fileName: 'worker' },
    },
  });
  const [first] = [output].flat();
  const chunk = first !== undefined && 'output' in first ? first.output[0] : undefined;
  if (chunk === undefined) throw new Error('Cannot bundle the worker of the bare kernel');
  return chunk.code;
}
