import { expect, test } from 'vitest';
import { CookieJar } from './cookie-jar.ts';

const fromServer = { path: '/shop/cart', fromPage: false };

test('CookieJar sends cookies to the paths they are for, the longer path first', () => {
  const jar = new CookieJar();
  jar.set('here=1', fromServer);
  jar.set('all=2; path=/', fromServer);
  expect(jar.header('/shop/cart?x=1')).toBe('here=1; all=2');
  expect(jar.header('/shop')).toBe('here=1; all=2');
  expect(jar.header('/shopping')).toBe('all=2');
});

test('CookieJar forgets what expired, and what is set to expire', () => {
  let now = 1000;
  const jar = new CookieJar(() => now);
  jar.set('short=1; Max-Age=1; Path=/', fromServer);
  jar.set('dated=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT; Path=/', fromServer);
  expect(jar.header('/')).toBe('short=1; dated=1');
  now = 3000;
  expect(jar.header('/')).toBe('dated=1');
  expect(jar.set('dated=; Max-Age=0; Path=/', fromServer)).toBe(true);
  expect(jar.header('/')).toBe('');
});

test('CookieJar refuses other domains, what is too long, and HttpOnly from a page', () => {
  const jar = new CookieJar();
  jar.set('secret=1; HttpOnly; Path=/', fromServer);
  const page = { path: '/', fromPage: true };
  for (const text of [
    'a=1; Domain=example.org',
    `a=${'x'.repeat(5000)}`,
    'a=1; HttpOnly',
    'secret=2; Path=/',
    '=',
    'a=1\r\nb: c',
  ])
    expect(jar.set(text, page)).toBe(false);
  expect(jar.set('b=1; Domain=localhost', page)).toBe(true);
  expect(jar.header('/')).toBe('secret=1; b=1');
  expect(jar.visible()).toEqual([{ name: 'b', value: '1', path: '/' }]);
});

test('CookieJar keeps a bounded number', () => {
  const jar = new CookieJar();
  for (let at = 0; at < 500; at++) jar.set(`c${at}=1; path=/`, fromServer);
  expect(jar.visible()).toHaveLength(180);
  expect(jar.header('/')).not.toContain('c0=');
});
