import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { AssetDownloads, checkAssets, machineFileNames, wasmName } from './machine-assets.ts';
import type { AssetBytes, MachineAsset } from './machine-assets.ts';

function asset(name: string, content: string): MachineAsset {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return {
    name,
    url: `machine/${name}?v=${sha256.slice(0, 12)}`,
    sizeBytes: content.length,
    sha256,
  };
}

const kernel = asset('kernel.bin', 'kernel kernel');
const bios = asset('bios.bin', 'bios');

/** Answers with a body per name; records what was asked. */
function fakeFetch(bodies: Record<string, () => Response>, asked: string[] = []) {
  return async (input: RequestInfo | URL, options?: RequestInit): Promise<Response> => {
    asked.push(String(input));
    options?.signal?.throwIfAborted();
    const name = /machine\/([^?]+)/.exec(String(input))?.[1] ?? '';
    const body = bodies[name];
    if (body === undefined) throw new TypeError('Failed to fetch');
    return body();
  };
}

/** A body that ends only when the request is aborted. */
function endless(signal: AbortSignal | null | undefined): Response {
  const body = new ReadableStream({
    start(controller) {
      signal?.addEventListener('abort', () => controller.error(new Error('aborted')));
    },
  });
  return new Response(body);
}

const baseUrl = 'http://localhost:8080/play/';
const silent = () => undefined;

test('AssetDownloads has all contents and counts bytes as the network carried them', async () => {
  const counts: number[][] = [];
  const asked: string[] = [];
  const responses: string[] = [];
  const downloads = new AssetDownloads([kernel, bios], {
    baseUrl,
    progress: (...count) => counts.push(count),
    onResponse: (name) => responses.push(name),
    fetch: fakeFetch(
      {
        'kernel.bin': () => new Response('kernel kernel', { headers: { 'content-length': '7' } }),
        'bios.bin': () => new Response('bios'),
      },
      asked,
    ),
  });
  const text = async (content: Promise<AssetBytes>) => new TextDecoder().decode(await content);
  expect(await text(downloads.content('kernel.bin'))).toBe('kernel kernel');
  expect(await text(downloads.content('bios.bin'))).toBe('bios');
  expect(responses.sort()).toEqual(['bios.bin', 'kernel.bin']);
  expect(counts.at(-1)).toEqual([11, 11]);
  expect(asked).toContain(`${baseUrl}${kernel.url}`);
});

test.each<[string, () => Response, string, string]>([
  [
    'a file that is missing',
    () => new Response('', { status: 404 }),
    'unavailable',
    'answered 404',
  ],
  [
    'other bytes',
    () => new Response('kernel KERNEL'),
    'dataLoss',
    'not what this page was built with',
  ],
  ['a short body', () => new Response('kernel'), 'dataLoss', 'not what this page was built with'],
  [
    'a long body',
    () => new Response('kernel kernel k'),
    'dataLoss',
    'not what this page was built with',
  ],
])(
  'AssetDownloads rejects %s, and with it whatever else was on its way',
  async (_, body, kind, message) => {
    const answers = fakeFetch({ 'kernel.bin': body });
    const fetch = async (input: RequestInfo | URL, options?: RequestInit): Promise<Response> =>
      String(input).includes('kernel') ? answers(input) : endless(options?.signal);
    const downloads = new AssetDownloads([kernel, bios], { baseUrl, fetch, progress: silent });
    const failure = { kind, message: expect.stringContaining(message) };
    await expect(downloads.content('kernel.bin')).rejects.toMatchObject(failure);
    await expect(downloads.content('bios.bin')).rejects.toMatchObject(failure);
  },
);

test('AssetDownloads rejects when no server answers', async () => {
  const downloads = new AssetDownloads([kernel], {
    baseUrl,
    fetch: fakeFetch({}),
    progress: silent,
  });
  await expect(downloads.content('kernel.bin')).rejects.toMatchObject({
    kind: 'unavailable',
    message: 'Cannot download "kernel.bin": the server does not answer',
  });
});

test('content() refuses a file that the page was built without', async () => {
  const downloads = new AssetDownloads([], { baseUrl, fetch: fakeFetch({}), progress: silent });
  await expect(downloads.content('bios.bin')).rejects.toMatchObject({ kind: 'notFound' });
});

test('checkAssets() names everything that the page was built without', () => {
  const assets = [...machineFileNames, wasmName].map((name) => ({ ...kernel, name }));
  expect(() => checkAssets(assets)).not.toThrow();
  expect(() => checkAssets(assets.filter(({ name }) => !/disk|bios/.test(name)))).toThrow(
    'Cannot boot: this page was built without "bios.bin", "disk.gz"',
  );
});
