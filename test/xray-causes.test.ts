/** The x-ray in Chinese: every cause that the engine's source gives a step has a translation. */
import { expect, test } from 'vitest';
import { causeText } from '../src/playground/views/xray/cause-texts.ts';

const sources = import.meta.glob<string>(
  ['../src/engine/**/*.ts', '!**/*.test.ts', '!**/*.fixture.ts'],
  { eager: true, query: '?raw', import: 'default' },
);

/** What follows a setup operation, or is called a cause, in the engine's source. */
const written = /(?:\}|\bcontent\)|\bcause:)[,]?\s+'([A-Z][^'\n ]* [^'\n]+)'\s*[,)]/g;

const causes = Object.values(sources).flatMap((source) =>
  [...source.matchAll(written)].map(([, cause = '']) => cause),
);

test('causeText() has every cause that the engine gives a step', () => {
  expect(new Set(causes).size).toBeGreaterThan(80);
  expect(causes.filter((cause) => causeText(cause, 'zh-Hans') === cause)).toEqual([]);
});

test('causeText() names the namespace that is entered, and leaves English as it is', () => {
  const cause = 'Enter the net namespace of another container';
  expect(causeText(cause, 'zh-Hans')).toBe('进入另一个容器的 net 命名空间');
  expect(causeText(cause, 'en')).toBe(cause);
});
