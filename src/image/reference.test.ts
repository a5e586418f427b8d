import { describe, expect, it } from 'vitest';
import { KindError } from '../lib/errors.ts';
import {
  familiarName,
  familiarText,
  parseReference,
  pullReference,
  referenceText,
  withDefaultTag,
} from './reference.ts';

const hex = 'a'.repeat(64);
const digest = `sha256:${hex}`;

describe('parseReference()', () => {
  /** Text, canonical text with the default tag, familiar text. */
  const good: [text: string, canonical: string, familiar: string][] = [
    ['busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36', 'busybox:1.36'],
    ['library/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['docker.io/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['docker.io/library/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['index.docker.io/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['index.docker.io/library/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['library/a/b', 'docker.io/library/a/b:latest', 'library/a/b:latest'],
    ['grafana/grafana', 'docker.io/grafana/grafana:latest', 'grafana/grafana:latest'],
    ['docker.io', 'docker.io/library/docker.io:latest', 'docker.io:latest'],
    ['localhost', 'docker.io/library/localhost:latest', 'localhost:latest'],
    ['a.b', 'docker.io/library/a.b:latest', 'a.b:latest'],
    ['localhost/x', 'localhost/x:latest', 'localhost/x:latest'],
    ['localhost:5000/x', 'localhost:5000/x:latest', 'localhost:5000/x:latest'],
    ['LOCALHOST/x', 'LOCALHOST/x:latest', 'LOCALHOST/x:latest'],
    ['Foo/bar', 'Foo/bar:latest', 'Foo/bar:latest'],
    ['FOO.com/bar', 'FOO.com/bar:latest', 'FOO.com/bar:latest'],
    ['x:5000/y:z', 'x:5000/y:z', 'x:5000/y:z'],
    ['ghcr.io/a/b/c:v1', 'ghcr.io/a/b/c:v1', 'ghcr.io/a/b/c:v1'],
    ['[::1]:5000/x', '[::1]:5000/x:latest', '[::1]:5000/x:latest'],
    ['127.0.0.1/x', '127.0.0.1/x:latest', '127.0.0.1/x:latest'],
    ['x--y', 'docker.io/library/x--y:latest', 'x--y:latest'],
    ['x__y', 'docker.io/library/x__y:latest', 'x__y:latest'],
    [`x@${digest}`, `docker.io/library/x@${digest}`, `x@${digest}`],
    [`x:1@${digest}`, `docker.io/library/x:1@${digest}`, `x:1@${digest}`],
    ['x:_A.b-1', 'docker.io/library/x:_A.b-1', 'x:_A.b-1'],
    [`x:${'t'.repeat(128)}`, `docker.io/library/x:${'t'.repeat(128)}`, `x:${'t'.repeat(128)}`],
  ];
  for (const [text, canonical, familiar] of good) {
    it(`reads "${text.slice(0, 40)}"`, () => {
      const reference = withDefaultTag(parseReference(text));
      expect(referenceText(reference)).toBe(canonical);
      expect(familiarText(reference)).toBe(familiar);
    });
  }

  /** As docker 28.2.2 says to `docker run <text>`. */
  const bad: [text: string, message: string][] = [
    ['', 'invalid reference format'],
    ['Busybox', 'invalid reference format: repository name (library/Busybox) must be lowercase'],
    ['foo/Bar', 'invalid reference format: repository name (foo/Bar) must be lowercase'],
    ['ghcr.io/A:b', 'invalid reference format: repository name (A) must be lowercase'],
    [hex, `invalid repository name (${hex}), cannot specify 64-byte hexadecimal strings`],
    ['a b', 'invalid reference format'],
    [':', 'invalid reference format'],
    ['x:', 'invalid reference format'],
    ['x:-a', 'invalid reference format'],
    ['x:a:b', 'invalid reference format'],
    [`x:${'t'.repeat(129)}`, 'invalid reference format'],
    ['x@', 'invalid reference format'],
    ['x@sha256:abc', 'invalid reference format'],
    [`x@sha256:${'A'.repeat(64)}`, 'invalid checksum digest format'],
    [`x@sha256:${'a'.repeat(32)}`, 'invalid checksum digest length'],
    [`x@sha512:${hex}`, 'invalid checksum digest length'],
    [`x@md5:${'a'.repeat(32)}`, 'unsupported digest algorithm'],
    ['a'.repeat(256), 'repository name must not be more than 255 characters'],
    ['x___y', 'invalid reference format'],
    ['x..y', 'invalid reference format'],
    ['x-', 'invalid reference format'],
    ['-x', 'invalid reference format'],
    ['a//b', 'invalid reference format'],
    ['/a', 'invalid reference format'],
    ['a/', 'invalid reference format'],
    ['::1/x', 'invalid reference format'],
    ['host:port/x', 'invalid reference format'],
    ['a.b-/x', 'invalid reference format'],
    ['http://x/y', 'invalid reference format'],
    ['é', 'invalid reference format'],
    ['x\n', 'invalid reference format'],
    ['../x', 'invalid reference format'],
  ];
  for (const [text, message] of bad) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(() => parseReference(text)).toThrow(new KindError('invalidParameter', message));
    });
  }

  it('takes time linear in the text', () => {
    const start = performance.now();
    for (const text of [
      `${'a'.repeat(50_000)}!`,
      `${'a.'.repeat(50_000)}/x!`,
      `x:5/${'a-'.repeat(50_000)}`,
    ]) {
      expect(() => parseReference(text)).toThrow('invalid reference format');
    }
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe('pullReference()', () => {
  it('drops the tag beside a digest', () => {
    expect(referenceText(pullReference(parseReference(`x:1@${digest}`)))).toBe(
      `docker.io/library/x@${digest}`,
    );
    expect(familiarName(parseReference('docker.io/library/x'))).toBe('x');
  });
});
