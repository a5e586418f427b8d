import { afterAll, describe, expect, test } from 'vitest';
import { createDownloader } from './download.ts';

const downloader = createDownloader({
  resolver: async () => [{ address: '10.0.0.1', family: 4 }],
});
afterAll(() => downloader.dispose());

describe('createDownloader()', () => {
  test.each([
    'http://127.0.0.1:9/x',
    'http://[::1]/x',
    'http://169.254.169.254/latest',
    'http://inside.example/x',
  ])('does not go to %s', async (url) => {
    await expect(downloader.download(new URL(url))).rejects.toThrow('is not on a public address');
  });

  test('knows HTTP and nothing else', async () => {
    await expect(downloader.download(new URL('file:///etc/passwd'))).rejects.toThrow('refused');
  });
});
