/** What the terminals showed, as a part of a session. A file may come from anybody: it is text, and nothing a terminal obeys. */
import type { SavedTerminal } from '../../api/sessions.ts';

/** More than a page opens. */
const countMax = 64;
const titleCharactersMax = 64;
/** Of the end of each; a screen's history is 5000 lines. */
export const textCharactersMax = 512 * 1024;
const control = /(?![\n\t])\p{Cc}/gu;

export function parseTerminals(value: unknown): SavedTerminal[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, countMax).flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null) return [];
    const { key, title, text } = one as Partial<Record<keyof SavedTerminal, unknown>>;
    if (![key, title, text].every((word) => typeof word === 'string')) return [];
    return [
      {
        key: String(key),
        title: String(title).replace(control, '').slice(0, titleCharactersMax),
        text: String(text).replace(control, '').slice(-textCharactersMax),
      },
    ];
  });
}
