/** Words of an instruction's arguments, and the words that are JSON instead. */
import { SyntaxMistake } from './instruction-input.ts';

/** Words parted by spaces; quotes hold words together and stay, as does the escape character. */
export function quotedWords(text: string, escape: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word ??= '';
    if (character === escape && quote !== "'") {
      const next = text[at + 1];
      // At the very end it escapes nothing.
      if (next !== undefined) word += character + next;
      at += 1;
      continue;
    }
    if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    word += character;
  }
  if (word !== undefined && word !== '') words.push(word);
  return words;
}

/** Words parted by spaces alone. */
export function spacedWords(text: string): string[] {
  return text === '' ? [] : text.split(/[\t\v\f\r ]+/);
}

/** An array of strings; undefined when the text is no JSON array and so stands for itself. */
export function jsonWords(text: string): string[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  return value.map((item: unknown) => {
    if (typeof item === 'string') return item;
    const message = 'when using JSON array syntax, arrays must be comprised of strings only';
    throw new SyntaxMistake(message);
  });
}
