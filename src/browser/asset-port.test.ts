import { afterEach, expect, test } from 'vitest';
import { errorKind, KindError } from '../lib/errors.ts';
import { receiveDownloads, sendDownloads } from './asset-port.ts';
import type { Downloads } from './begin-downloads.ts';

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

function received(downloads: Partial<Downloads>): ReturnType<typeof receiveDownloads> {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const none: Downloads = {
    names: [],
    content: () => Promise.reject(new Error('nothing')),
    onProgress: () => undefined,
    compiled: Promise.resolve(undefined),
  };
  sendDownloads({ ...none, ...downloads }, port1);
  return receiveDownloads(port2);
}

test('bytes arrive whole, and have left where they came from', async () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const downloads = received({ names: ['a'], content: async () => bytes });
  expect([...(await downloads.content('a'))]).toEqual([1, 2, 3]);
  expect(bytes.byteLength).toBe(0);
  expect(await downloads.compiled).toBeUndefined();
});

test('what fails keeps its kind and its words, whoever asks and when', async () => {
  const failure = new KindError('dataLoss', 'Cannot use "a": it is torn');
  const downloads = received({ names: ['a'], content: () => Promise.reject(failure) });
  for (const asked of [1, 2]) {
    const error = await downloads.content('a').catch((thrown: unknown) => thrown);
    expect([asked, errorKind(error), String(error)]).toEqual([
      asked,
      'dataLoss',
      'KindError: Cannot use "a": it is torn',
    ]);
  }
});
