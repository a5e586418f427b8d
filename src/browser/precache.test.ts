import { expect, test } from 'vitest';
import { isAddressed, PrecacheTable } from './precache.ts';

const digest = '0'.repeat(64);
const file = (url: string) => ({ url, sizeBytes: 1, sha256: digest });
const scope = 'http://localhost:8080/';
const table = new PrecacheTable(
  {
    version: 'v',
    core: [file(''), file('assets/index-abc.js'), file('machine/kernel.bin?v=0123456789ab')],
    blobs: [file(`library/v2/library/busybox/blobs/sha256:${digest}`)],
  },
  scope,
);

interface Case {
  readonly path: string;
  readonly method?: string;
  readonly isNavigation?: boolean;
  readonly hasRange?: boolean;
}

const ask = ({ path, method = 'GET', isNavigation = false, hasRange = false }: Case) =>
  table.answer({ method, url: new URL(path, scope).href, isNavigation, hasRange }).from;

test.each<[string, Case, string]>([
  ['the page', { path: '', isNavigation: true }, 'core'],
  ['the page with a query', { path: '?lang=zh', isNavigation: true }, 'core'],
  ['the page by name', { path: 'index.html', isNavigation: true }, 'core'],
  ['another page', { path: 'v2/', isNavigation: true }, 'network'],
  ['a script', { path: 'assets/index-abc.js' }, 'core'],
  ['a script of another version', { path: 'assets/index-def.js' }, 'network'],
  ['the kernel', { path: 'machine/kernel.bin?v=0123456789ab' }, 'core'],
  ['the kernel of another version', { path: 'machine/kernel.bin?v=ba9876543210' }, 'network'],
  ['a bundled blob', { path: `library/v2/library/busybox/blobs/sha256:${digest}` }, 'blobs'],
  ['a HEAD of one', { path: 'assets/index-abc.js', method: 'HEAD' }, 'core'],
  [
    'an image that is not bundled',
    { path: 'library/v2/library/alpine/manifests/latest' },
    'nowhere',
  ],
  ['the registry proxy', { path: 'v2/registry-1.docker.io/library/alpine/manifests/1' }, 'network'],
  ['a part of a file', { path: 'assets/index-abc.js', hasRange: true }, 'network'],
  ['a write', { path: 'assets/index-abc.js', method: 'POST' }, 'network'],
  ['another origin', { path: 'https://example.com/assets/index-abc.js' }, 'network'],
])('PrecacheTable answers %s', (_, request, from) => {
  expect(ask(request)).toBe(from);
});

test.each([
  ['assets/index-abc.js', true],
  ['machine/kernel.bin?v=0123456789ab', true],
  [`library/v2/library/busybox/manifests/sha256:${digest}`, true],
  ['library/v2/library/busybox/manifests/latest', false],
  ['', false],
])('isAddressed() of "%s" is %s', (url, expected) => {
  expect(isAddressed(url)).toBe(expected);
});
