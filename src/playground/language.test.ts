import { expect, test } from 'vitest';
import type { AreaStrings } from './strings/area.ts';
import { Language, languageCodes, languages, pickLanguage } from './language.svelte.ts';

function memoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  } as unknown as Storage;
}

test('languages have the same keys, of the same type, and none is empty', () => {
  const shape = (strings: object) =>
    Object.entries(strings).map(([key, value]) => [key, typeof value]);
  for (const code of languageCodes) {
    expect(shape(languages[code])).toEqual(shape(languages.en));
    for (const text of Object.values(languages[code])) expect(text).not.toBe('');
  }
});

test('Simplified Chinese leaves no string in English', () => {
  const { en, 'zh-Hans': zh } = languages;
  const same = Object.entries(en).filter(
    ([key, text]) => typeof text === 'string' && zh[key as keyof typeof zh] === text,
  );
  expect(same).toEqual([]);
});

const areas = import.meta.glob<Record<string, AreaStrings<Record<string, unknown>>>>(
  './**/*.strings.ts',
  { eager: true },
);

test.each(Object.entries(areas))('%s has every string in every language', (_, module) => {
  for (const strings of Object.values(module)) {
    const shape = (language: Record<string, unknown>) =>
      Object.entries(language).map(([key, value]) => [key, typeof value]);
    for (const code of languageCodes) {
      expect(shape(strings[code])).toEqual(shape(strings.en));
      for (const text of Object.values(strings[code])) expect(text).not.toBe('');
    }
    const same = Object.entries(strings.en).filter(
      ([key, text]) => typeof text === 'string' && strings['zh-Hans'][key] === text,
    );
    expect(same).toEqual([]);
  }
});

test('a string that tells a cause tells it in its language', () => {
  const tables = [languages, ...Object.values(areas).flatMap((module) => Object.values(module))];
  const telling = tables.flatMap((table) =>
    Object.values(table['zh-Hans'] as Record<string, unknown>).filter(
      (text) => typeof text === 'function' && /^\(?(?:\w+, )*cause\b/.test(String(text)),
    ),
  ) as ((...values: string[]) => string)[];
  expect(telling.length).toBeGreaterThan(7);
  const told = telling.map((text) => text(...Array<string>(text.length).fill('Machine halted')));
  expect(told.filter((text) => !text.includes('机器已停机'))).toEqual([]);
});

test.each([
  [['zh-CN', 'en'], 'zh-Hans'],
  [['zh'], 'zh-Hans'],
  [['de-DE', 'en-GB', 'zh'], 'en'],
  [['fr'], 'en'],
  [[], 'en'],
])('pickLanguage(%j) is %s', (preferred, code) => {
  expect(pickLanguage(preferred)).toBe(code);
});

test('Language remembers the choice over what the browser prefers', () => {
  const storage = memoryStorage();
  new Language(['en-US'], storage).choose('zh-Hans');
  expect(new Language(['en-US'], storage).strings).toBe(languages['zh-Hans']);
  expect(new Language(['en-US']).code).toBe('en');
});

test('Language works where storage is forbidden', () => {
  const forbidden = {
    getItem: () => {
      throw new Error('SecurityError');
    },
    setItem: () => {
      throw new Error('SecurityError');
    },
  };
  const language = new Language(['zh-TW'], forbidden);
  expect(language.code).toBe('zh-Hans');
  language.choose('en');
  expect(language.code).toBe('en');
});
