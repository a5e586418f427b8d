import { describe, expect, it } from 'vitest';
import { defaultEgressLimits, parseEgressConfig, parseEgressRule } from './egress-config.ts';

describe('parseEgressConfig()', () => {
  it('is off without a rule', () => {
    expect(parseEgressConfig(undefined)).toBeUndefined();
    expect(parseEgressConfig({ allow: [] })).toBeUndefined();
  });

  it('reads rules, private names, a token and limits', () => {
    const config = parseEgressConfig(
      {
        allow: ['*.Debian.org:80', '192.0.2.0/24:8000-8100,9000'],
        allowPrivate: ['test.local'],
        tokenVariable: 'SECRET',
        limits: { connectionsMax: 7 },
      },
      { SECRET: 's' },
    );
    expect(config).toMatchObject({
      privateNames: ['test.local'],
      token: 's',
      limits: { ...defaultEgressLimits, connectionsMax: 7 },
    });
    expect(config?.rules).toMatchObject([
      { kind: 'name', pattern: '*.debian.org', ports: [{ first: 80, last: 80 }] },
      {
        kind: 'prefix',
        ports: [
          { first: 8000, last: 8100 },
          { first: 9000, last: 9000 },
        ],
      },
    ]);
  });

  it('takes the environment before the file', () => {
    const config = parseEgressConfig(
      { allow: ['a.example'] },
      { BOTTLESHIP_PROXY_EGRESS: 'b.example:1 c.example', BOTTLESHIP_PROXY_EGRESS_TOKEN: 't' },
    );
    expect(config?.rules.map((rule) => rule.kind === 'name' && rule.pattern)).toEqual([
      'b.example',
      'c.example',
    ]);
    expect(config?.token).toBe('t');
  });

  const wrong: unknown[] = [
    'x',
    { alow: [] },
    { allow: 'a' },
    { allow: ['a'], limits: { connectMs: 0 } },
    { allow: ['a'], tokenVariable: 'MISSING' },
  ];
  for (const value of wrong)
    it(`refuses ${JSON.stringify(value)}`, () =>
      expect(() => parseEgressConfig(value)).toThrow('Cannot configure the way out'));
});

describe('parseEgressRule()', () => {
  for (const text of [
    '',
    'a b',
    'a:0',
    'a:9-1',
    'a:70000',
    '300.1.1.1',
    'a..b',
    '*a.example',
    '10.0.0.0/40',
  ])
    it(`refuses "${text}"`, () => expect(() => parseEgressRule(text)).toThrow('is no rule'));
});
