/** Which language the page speaks: the learner's choice, else the browser's, else English. */
import type { KeptStorage } from './kept.ts';
import { en } from './strings/en.ts';
import type { Strings } from './strings/en.ts';
import { zh } from './strings/zh.ts';

export const languages = { en, 'zh-Hans': zh } as const satisfies Record<string, Strings>;
export type LanguageCode = keyof typeof languages;

export const languageCodes: readonly LanguageCode[] = ['en', 'zh-Hans'];
const storageKey = 'bottleship.language';

export class Language {
  #code = $state<LanguageCode>('en');
  readonly #storage: KeptStorage | undefined;

  constructor(preferred: readonly string[], storage?: KeptStorage) {
    this.#storage = storage;
    this.#code = remembered(storage) ?? pickLanguage(preferred);
  }

  get code(): LanguageCode {
    return this.#code;
  }

  get strings(): Strings {
    return languages[this.#code];
  }

  choose(code: LanguageCode): void {
    this.#code = code;
    try {
      this.#storage?.setItem(storageKey, code);
    } catch {
      // A full or forbidden storage only means that the choice is not remembered.
    }
  }
}

/** The first of the browser's languages that we speak. */
export function pickLanguage(preferred: readonly string[]): LanguageCode {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary === 'zh') return 'zh-Hans';
    if (primary === 'en') return 'en';
  }
  return 'en';
}

function remembered(storage: KeptStorage | undefined): LanguageCode | undefined {
  try {
    const stored = storage?.getItem(storageKey);
    return languageCodes.find((code) => code === stored);
  } catch {
    return undefined;
  }
}
