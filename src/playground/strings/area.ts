/**
 * Strings of one part of the page, beside the part that shows them: `<part>.strings.ts` exports one object made here. A
 * test finds all of them and holds that no language lacks one or leaves it in English.
 */
import type { LanguageCode } from '../language.svelte.ts';

/** A word, or a function that puts values into a sentence. */
export type Text = string | ((...values: never[]) => string);

export type AreaStrings<Strings> = Readonly<Record<LanguageCode, Strings>>;

/** Holds both languages to the same keys. */
export function defineStrings<Strings extends Readonly<Record<string, Text>>>(languages: {
  readonly en: Strings;
  readonly 'zh-Hans': NoInfer<Strings>;
}): AreaStrings<Strings> {
  return languages;
}
