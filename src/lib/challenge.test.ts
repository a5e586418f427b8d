import { describe, expect, it } from 'vitest';
import { parseChallenges } from './challenge.ts';

describe('parseChallenges()', () => {
  it('reads what registries send', () => {
    expect(
      parseChallenges(
        'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
      ),
    ).toEqual([
      {
        scheme: 'bearer',
        parameters: {
          realm: 'https://auth.docker.io/token',
          service: 'registry.docker.io',
          scope: 'repository:a/b:pull,push',
        },
      },
    ]);
    expect(parseChallenges('Basic realm="a \\"b\\""')).toEqual([
      { scheme: 'basic', parameters: { realm: 'a "b"' } },
    ]);
  });

  it('reads several challenges, spaces and names of any case', () => {
    expect(parseChallenges('Negotiate, BASIC Realm = x , bearer realm="y" , error = "z"')).toEqual([
      { scheme: 'negotiate', parameters: {} },
      { scheme: 'basic', parameters: { realm: 'x' } },
      { scheme: 'bearer', parameters: { realm: 'y', error: 'z' } },
    ]);
  });

  it('reads nothing from nothing, and stops where it understands no more', () => {
    expect(parseChallenges('')).toEqual([]);
    expect(parseChallenges('Bearer realm="unclosed')).toEqual([
      { scheme: 'bearer', parameters: {} },
    ]);
    expect(parseChallenges('Basic realm="x", ;;; Bearer a="b"')).toEqual([
      { scheme: 'basic', parameters: { realm: 'x' } },
    ]);
  });

  it('takes time linear in the header', () => {
    const start = performance.now();
    parseChallenges(`Bearer ${'a="b",'.repeat(20_000)}`);
    parseChallenges(`Bearer realm="${'\\'.repeat(100_000)}`);
    parseChallenges('a'.repeat(100_000) + '"');
    parseChallenges(`${', '.repeat(50_000)}"`);
    expect(performance.now() - start).toBeLessThan(500);
  });
});
