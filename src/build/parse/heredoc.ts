/** Heredocs: `<<NAME`, `<<-NAME`, `<<"NAME"`, with a file descriptor in front for shells. */
import { expandText } from '../expand/expand-word.ts';

/** What a word that begins a heredoc says. */
export interface HeredocMark {
  readonly name: string;
  readonly expand: boolean;
  readonly chomp: boolean;
}

const nothing: ReadonlyMap<string, string> = new Map();

/** Undefined when the word begins none. */
export function parseHeredocMark(word: string): HeredocMark | undefined {
  const [, dash, rest = ''] = /^\d*<<(-?)\s*([^<]*)$/.exec(word) ?? [];
  if (rest === '') return undefined;
  const lexer = { env: nothing, escape: '\\', skipUnset: true };
  const { words } = expandText(rest, lexer);
  const [name] = words;
  if (name === undefined || words.length !== 1) return undefined;
  const [raw = ''] = expandText(rest, { ...lexer, rawQuotes: true }).words;
  // A quote that went means that some part of the name was quoted.
  return { name, chomp: dash === '-', expand: quotes(name) === quotes(raw) };
}

/** All heredocs that a line begins. A line no shell could read begins none. */
export function heredocMarks(line: string): HeredocMark[] {
  let words: readonly string[];
  try {
    words = expandText(line, {
      env: nothing,
      escape: '\\',
      skipUnset: true,
      rawQuotes: true,
      rawEscapes: true,
    }).words;
  } catch {
    return [];
  }
  return words.flatMap((word) => parseHeredocMark(word) ?? []);
}

/** What `<<-` does: tabs in front of each line go. */
export function chompTabs(content: string): string {
  return content.replace(/^\t+/gm, '');
}

function quotes(text: string): number {
  return text.replace(/[^'"]/g, '').length;
}
