import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { fetchAssets } from './machine-assets.ts';
import type { MachineAsset } from './machine-assets.ts';

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

const baseUrl = 'http://localhost:8080/play/';

test('fetchAssets() resolves with all contents and counts bytes as the network carried them', async () => {
  const counts: number[][] = [];
  const asked: string[] = [];
  const contents = await fetchAssets([kernel, bios], {
    baseUrl,
    progress: (...count) => counts.push(count),
    fetch: fakeFetch(
      {
        'kernel.bin': () => new Response('kernel kernel', { headers: { 'content-length': '7' } }),
        'bios.bin': () => new Response('bios'),
      },
      asked,
    ),
  });
  expect(new TextDecoder().decode(contents.get('kernel.bin'))).toBe('kernel kernel');
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
])('fetchAssets() rejects %s', async (_, body, kind, message) => {
  const fetch = fakeFetch({ 'kernel.bin': body, 'bios.bin': () => new Response('bios') });
  const fetching = fetchAssets([kernel, bios], { baseUrl, fetch, progress: () => undefined });
  await expect(fetching).rejects.toMatchObject({ kind, message: expect.stringContaining(message) });
});

test('fetchAssets() rejects when no server answers', async () => {
  const fetching = fetchAssets([kernel], {
    baseUrl,
    fetch: fakeFetch({}),
    progress: () => undefined,
  });
  await expect(fetching).rejects.toMatchObject({
    kind: 'unavailable',
    message: 'Cannot download "kernel.bin": the server does not answer',
  });
});
