import { describe, expect, it } from 'vitest';
import { parseTarget, tagsQuery } from './request-path.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('parseTarget()', () => {
  it('reads manifests, blobs and tags', () => {
    expect(parseTarget('/v2/registry-1.docker.io/library/alpine/manifests/latest')).toEqual({
      registryHost: 'registry-1.docker.io',
      repository: 'library/alpine',
      kind: 'manifests',
      reference: 'latest',
      isImmutable: false,
    });
    expect(parseTarget(`/v2/localhost:5000/a/b/c/blobs/${digest}`)).toMatchObject({
      registryHost: 'localhost:5000',
      repository: 'a/b/c',
      kind: 'blobs',
      isImmutable: true,
    });
    expect(parseTarget(`/v2/ghcr.io/x/manifests/${digest}`)).toMatchObject({ isImmutable: true });
    expect(parseTarget('/v2/ghcr.io/tags/tags/list')).toMatchObject({
      repository: 'tags',
      kind: 'tags',
    });
  });

  const refused = [
    '/v2/ghcr.io/x/blobs/latest',
    '/v2/ghcr.io/x/blobs/uploads/',
    '/v2/ghcr.io/x/manifests/',
    '/v2/ghcr.io/x/manifests/a/b',
    '/v2/ghcr.io/manifests/latest',
    '/v2/ghcr.io/../x/manifests/latest',
    '/v2/ghcr.io/x/%2e%2e/manifests/latest',
    '/v2/ghcr.io/X/manifests/latest',
    '/v2/ghcr.io/x/manifests/-a',
    `/v2/ghcr.io/x/blobs/${digest}0`,
    '/v2/ghcr.io@evil.example/x/manifests/latest',
    '/v2/ghcr.io:99999999/x/manifests/latest',
    '/v2/[::1]/x/manifests/latest',
    '/v2/_catalog',
    `/v2/ghcr.io/${'a'.repeat(256)}/manifests/latest`,
    `/v2/ghcr.io/${'a/'.repeat(300)}manifests/latest`,
    '/v1/ghcr.io/x/manifests/latest',
    '/v2/ghcr.io/x\n/manifests/latest',
  ];
  for (const path of refused) {
    it(`refuses ${JSON.stringify(path.slice(0, 60))}`, () =>
      expect(parseTarget(path)).toBeUndefined());
  }
});

describe('tagsQuery()', () => {
  it('passes on paging and nothing else', () => {
    expect(tagsQuery(new URLSearchParams('n=100&last=1.0&x=y'))).toBe('?n=100&last=1.0');
    expect(tagsQuery(new URLSearchParams('n=1e9&last=a/b'))).toBe('');
  });
});
