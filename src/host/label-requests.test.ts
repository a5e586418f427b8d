import { expect, test } from 'vitest';
import type { ApiRequest } from '../api/http.ts';
import { labelRequests } from './label-requests.ts';

test('labelRequests() gives the requests of a command line one prefix, and its text', async () => {
  const seen: ApiRequest[] = [];
  const api = labelRequests(
    (request) => {
      seen.push(request);
      return Promise.resolve({ status: 200, headers: {} });
    },
    ['/usr/bin/docker', 'run', 'a b', 'ä\ud800', 'x'.repeat(500)],
  );
  const request = { method: 'GET', path: '/_ping', headers: { host: 'docker' } };
  await api(request);
  await api(request);
  const [first, second] = seen.map(({ headers }) => headers);
  expect(first?.['host']).toBe('docker');
  expect(first?.['x-request-id']).toMatch(/^[0-9a-f]{16}\.0$/);
  expect(second?.['x-request-id']).toBe(first?.['x-request-id']?.replace(/0$/, '1'));
  const command = decodeURIComponent(first?.['x-bottleship-command'] ?? '');
  expect(command).toMatch(/^docker run 'a b' 'ä' x+…$/);
});
