import { expect, test } from 'vitest';
import { responseFields, toBrowser } from './rewrite-headers.ts';

const origin = 'http://p8080-0123456789abcdef.localhost:8081';
const mapping = { port: 8080, origin };

test.each([
  ['http://localhost:8080/a', `${origin}/a`],
  ['http://127.0.0.1:8080', origin],
  ['//localhost:8080/a', `${origin}/a`],
  ['5; url=http://LOCALHOST:8080/a', `5; url=${origin}/a`],
  ['http://localhost:80801/a', 'http://localhost:80801/a'],
  ['http://localhost:8080.evil.example/', 'http://localhost:8080.evil.example/'],
  ['http://notlocalhost:8080/', 'http://notlocalhost:8080/'],
  ['https://localhost:8080/', 'https://localhost:8080/'],
  ['/relative', '/relative'],
])('toBrowser() maps %s', (url, mapped) => {
  expect(toBrowser(url, mapping)).toBe(mapped);
});

test('toBrowser() knows that port 80 has no number', () => {
  expect(toBrowser('http://localhost/a', { port: 80, origin })).toBe(`${origin}/a`);
  expect(toBrowser('http://localhost:8080/a', { port: 80, origin })).toBe(
    'http://localhost:8080/a',
  );
});

test.each([
  ["script-src 'none'; frame-ancestors 'none'", `script-src ${origin}/bottleship-preview-shim.js`],
  [
    "default-src 'self'; script-src 'strict-dynamic' 'nonce-x'",
    "default-src 'self' http://localhost:8080; script-src 'strict-dynamic' 'nonce-x' 'nonce-bottleship'",
  ],
  ["img-src 'self'; sandbox; upgrade-insecure-requests", "img-src 'self' http://localhost:8080"],
  ['connect-src http://localhost:8080', `connect-src ${origin} http://localhost:8080`],
])('responseFields() keeps the policy %s, but for frame and shim', (policy, kept) => {
  expect(responseFields([['content-security-policy', policy]], mapping)).toEqual([
    ['content-security-policy', kept],
  ]);
});
