import { describe, expect, test } from 'vitest';
import { parsePush, proxiedLocation } from './push-path.ts';
import { parseSearch } from './search-route.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const at = (path: string) => new URL(`http://proxy.example${path}`);

describe('parsePush()', () => {
  test.each([
    ['POST', '/v2/r.example/a/b/blobs/uploads/', 'blobs/uploads/'],
    ['PATCH', '/v2/r.example:5000/a/blobs/uploads/u-1?_state=x%2By', 'blobs/uploads/u-1?_state=x%2By'],
    ['PUT', `/v2/r.example/a/blobs/uploads/u?_state=x&digest=${digest}`, `blobs/uploads/u?_state=x&digest=${digest}`],
    ['PUT', '/v2/r.example/a/manifests/1.0', 'manifests/1.0'],
  ])('takes %s %s', (method, path, below) => {
    expect(parsePush(method, at(path))).toMatchObject({ method, path: below });
  }); // prettier-ignore

  test('knows where a blob is mounted from', () => {
    const url = at(`/v2/r.example/a/blobs/uploads/?mount=${digest}&from=other/b`);
    expect(parsePush('POST', url)).toMatchObject({ repository: 'a', from: 'other/b' });
  });

  test.each([
    ['DELETE', '/v2/r.example/a/manifests/1.0'],
    ['POST', '/v2/r.example/a/blobs/uploads/u'],
    ['POST', `/v2/r.example/a/blobs/uploads/?mount=${digest}&from=../b`],
    ['POST', '/v2/r.example/a/blobs/uploads/?mount=x&from=b'],
    ['PATCH', '/v2/r.example/a/blobs/uploads/'],
    ['PUT', '/v2/r.example/a/blobs/uploads/u'],
    ['PUT', '/v2/r.example/a/blobs/uploads/u?digest=md5:x'],
    ['PUT', '/v2/r.example/a/manifests/1.0?x=y'],
    ['PUT', '/v2/r.example/a/blobs/uploads/..%2fu?digest=x'],
    ['PUT', '/v2/r.example/_catalog'],
  ])('refuses %s %s', (method, path) => {
    expect(parsePush(method, at(path))).toBeUndefined();
  });
});

describe('proxiedLocation()', () => {
  const target = parsePush('POST', at('/v2/r.example/a/blobs/uploads/'));
  if (target === undefined) throw new Error('No target');
  const own = (location: string) =>
    proxiedLocation(location, { registryUrl: 'https://r.example', target });

  test('leads back through the proxy, and nowhere else', () => {
    const proxied = '/v2/r.example/a/blobs/uploads/u?_state=x';
    expect(own('/v2/a/blobs/uploads/u?_state=x')).toBe(proxied);
    expect(own('https://r.example/v2/a/blobs/uploads/u?_state=x')).toBe(proxied);
    expect(own('https://storage.example/v2/a/blobs/uploads/u')).toBeUndefined();
    expect(own('/v2/b/blobs/uploads/u')).toBeUndefined();
  });
});

describe('parseSearch()', () => {
  test('reads a term and a count', () => {
    const target = { registryHost: 'registry-1.docker.io', term: 'a b', count: 25 };
    expect(parseSearch(at('/v1/docker.io/search?q=a%20b'))).toEqual(target);
    expect(parseSearch(at('/v1/r.example/search?q=a&n=100'))).toMatchObject({ count: 100 });
  });

  test.each([
    '/v1/search',
    '/v1/r.example/search?n=0',
    '/v1/r.example/search?n=101',
    '/v1/a/b/search',
  ])('refuses %s', (path) => expect(parseSearch(at(path))).toBeUndefined());
});
