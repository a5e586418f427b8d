/**
 * Expansion of an argument as Dockerfiles have it: quotes and escapes go, variables become their values. What there is
 * of the shell: `$NAME`, `${NAME}`, and the modifiers `-` `+` `?` (with and without a colon), `#` `##` `%` `%%` `/` `//`.
 */
import { KindError } from '../../lib/errors.ts';
import { goQuote } from '../../lib/go-quote.ts';
import { parseShellPattern, replacePattern, trimPrefix, trimSuffix } from './shell-pattern.ts';

export interface ExpandOptions {
  readonly env: ReadonlyMap<string, string>;
  /** The Dockerfile's escape character. */
  readonly escape: string;
  /** Quotes stay. */
  readonly rawQuotes?: boolean;
  /** The escape character stays. */
  readonly rawEscapes?: boolean;
  /** Quotes mean nothing. */
  readonly skipQuotes?: boolean;
  /** A variable that is not set stays as it is written. */
  readonly skipUnset?: boolean;
}

export interface Expansion {
  /** The text as one word. */
  readonly text: string;
  /** The text as words: spaces outside quotes part them, those of expanded variables too. */
  readonly words: readonly string[];
  /** Names of variables that were set, and of those that were not. */
  readonly matched: ReadonlySet<string>;
  readonly unmatched: ReadonlySet<string>;
}

/** Nested `${…:-${…}}` beyond this are refused. */
const depthMax = 64;

/** The text as one word. Rejects `invalidParameter` for an open quote or brace. */
export function expandWord(text: string, options: ExpandOptions): string {
  return expandText(text, options).text;
}

export function expandWords(text: string, options: ExpandOptions): string[] {
  return [...expandText(text, options).words];
}

export function expandText(text: string, options: ExpandOptions): Expansion {
  return new Expander(text, options).run();
}

/** Words in the making. */
class WordList {
  readonly words: string[] = [];
  #word = '';
  #isOpen = false;

  add(text: string): void {
    this.#word += text;
    this.#isOpen = true;
  }

  /** Text whose spaces part words. */
  addSplit(text: string): void {
    for (const character of text) {
      if (!/\s/.test(character)) this.add(character);
      else if (this.#isOpen && this.#word !== '') this.end();
    }
  }

  end(): void {
    if (this.#word !== '') this.words.push(this.#word);
    this.#word = '';
    this.#isOpen = false;
  }
}

class Expander {
  readonly #source: string;
  readonly #text: readonly string[];
  readonly #options: ExpandOptions;
  readonly #matched = new Set<string>();
  readonly #unmatched = new Set<string>();
  #at = 0;
  #depth = 0;

  constructor(text: string, options: ExpandOptions) {
    this.#source = text;
    this.#text = [...text];
    this.#options = options;
  }

  run(): Expansion {
    try {
      const { text, words } = this.#until(undefined, this.#options.rawEscapes ?? false);
      return { text, words, matched: this.#matched, unmatched: this.#unmatched };
    } catch (cause) {
      if (!(cause instanceof KindError)) throw cause;
      const message = `failed to process ${goQuote(this.#source)}: ${cause.message}`;
      throw new KindError(cause.kind, message, { cause });
    }
  }

  #until(stop: string | undefined, rawEscapes: boolean): { text: string; words: string[] } {
    const list = new WordList();
    let text = '';
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) {
        if (stop !== undefined) throw unexpectedEnd(stop);
        break;
      }
      if (character === stop) {
        this.#at += 1;
        break;
      }
      const special = this.#special(character, rawEscapes);
      if (special !== undefined) {
        text += special;
        if (character === '$') list.addSplit(special);
        else list.add(special);
        continue;
      }
      const { plain, isEscaped } = this.#plain(character, rawEscapes);
      text += plain;
      if (isEscaped) list.add(plain);
      else list.addSplit(plain);
    }
    list.end();
    return { text, words: list.words };
  }

  #special(character: string, rawEscapes: boolean): string | undefined {
    if (character === '$') return this.#dollar(rawEscapes);
    if (character === '<') return this.#heredocMark();
    if (this.#options.skipQuotes === true) return undefined;
    if (character === "'") return this.#single();
    if (character === '"') return this.#double(rawEscapes);
    return undefined;
  }

  #plain(character: string, rawEscapes: boolean): { plain: string; isEscaped: boolean } {
    this.#at += 1;
    if (character !== this.#options.escape) return { plain: character, isEscaped: false };
    const next = this.#text[this.#at++] ?? '';
    return { plain: (rawEscapes ? character : '') + next, isEscaped: true };
  }

  /** `<<` and the spaces after it hold together with what follows. */
  #heredocMark(): string {
    this.#at += 1;
    if (this.#text[this.#at] !== '<') return '<';
    this.#at += 1;
    let mark = '<<';
    while (/^[\t\r ]$/.test(this.#text[this.#at] ?? '')) mark += this.#text[this.#at++] ?? '';
    return mark;
  }

  #single(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end < 0) throw unexpectedEnd('single-quote');
    const text = this.#text.slice(this.#at + 1, end).join('');
    this.#at = end + 1;
    return this.#options.rawQuotes === true ? `'${text}'` : text;
  }

  #double(rawEscapes: boolean): string {
    const { escape } = this.#options;
    const quote = this.#options.rawQuotes === true ? '"' : '';
    let result = quote;
    this.#at += 1;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) throw unexpectedEnd('double-quote');
      if (character === '$') {
        result += this.#dollar(rawEscapes);
        continue;
      }
      this.#at += 1;
      if (character === '"') return result + quote;
      if (character !== escape) {
        result += character;
        continue;
      }
      const next = this.#text[this.#at];
      if (rawEscapes) result += escape;
      if (next === undefined) continue;
      if (next === '"' || next === '$' || next === escape) {
        this.#at += 1;
        result += next;
      } else result += escape;
    }
  }

  #dollar(rawEscapes: boolean): string {
    if (this.#depth >= depthMax) throw invalid('syntax error: substitution is nested too deeply');
    this.#at += 1;
    if (this.#text[this.#at] !== '{') {
      const name = this.#name();
      if (name === '') return '$';
      const value = this.#lookUp(name);
      return value ?? (this.#options.skipUnset === true ? `$${name}` : '');
    }
    this.#at += 1;
    this.#depth += 1;
    const result = this.#braces(rawEscapes);
    this.#depth -= 1;
    return result;
  }

  #braces(rawEscapes: boolean): string {
    const first = this.#text[this.#at];
    if (first === undefined) throw missingBrace();
    if ('{}:'.includes(first)) throw invalid('syntax error: bad substitution');
    const name = this.#name();
    const modifier = this.#text[this.#at++] ?? '';
    if (modifier === '}')
      return this.#lookUp(name) ?? (this.#options.skipUnset === true ? `\${${name}}` : '');
    if (modifier === '/') return this.#replace(name);
    if (modifier === ':') {
      const next = this.#text[this.#at++] ?? '';
      return this.#conditional(name, { modifier: next, colon: ':', rawEscapes });
    }
    return this.#conditional(name, { modifier, colon: '', rawEscapes });
  }

  #conditional(
    name: string,
    how: { modifier: string; colon: '' | ':'; rawEscapes: boolean },
  ): string {
    const { modifier, colon } = how;
    const isTrim = modifier === '#' || modifier === '%';
    if (modifier === '' || !'+-?#%'.includes(modifier) || (isTrim && colon === ':')) {
      // What opens a word and never ends is the braces' mistake, not the modifier's.
      if (colon === ':' && modifier !== '' && !isTrim) this.#operand('}', false);
      throw invalid(`unsupported modifier (${colon}${modifier}) in substitution`);
    }
    const word = this.#operand('}', isTrim);
    const value = this.#lookUp(name);
    if (value === undefined && this.#options.skipUnset === true)
      return `\${${name}${colon}${modifier}${word}}`;
    if (isTrim) return trim(value ?? '', modifier, word);
    const isSet = value !== undefined && !(colon === ':' && value === '');
    if (modifier === '+') return isSet ? word : '';
    if (isSet) return value;
    if (modifier === '-') return word;
    const why = value === undefined ? 'is not allowed to be unset' : 'is not allowed to be empty';
    throw invalid(`${name}: ${word === '' ? why : word}`);
  }

  #replace(name: string): string {
    const all = this.#text[this.#at] === '/';
    if (all) this.#at += 1;
    const pattern = this.#operand('/', true);
    const replacement = this.#operand('}', true);
    const value = this.#lookUp(name);
    if (value === undefined && this.#options.skipUnset === true)
      return `\${${name}/${pattern}/${replacement}}`;
    return replacePattern(value ?? '', parseShellPattern(pattern), { replacement, all });
  }

  /** Text up to `stop`, itself expanded. */
  #operand(stop: string, rawEscapes: boolean): string {
    try {
      return this.#until(stop, rawEscapes).text;
    } catch (error) {
      if (this.#at < this.#text.length) throw error;
      throw stop === '/' ? invalid("syntax error: missing '/' in ${}") : missingBrace();
    }
  }

  /** A name, a number, or one of the shell's special parameters; empty when there is none. */
  #name(): string {
    const rest = this.#text.slice(this.#at).join('');
    const [name = ''] = /^(?:\p{Nd}+|[@*#?$!-]|[\p{L}\p{Nd}_]+)/u.exec(rest) ?? [];
    this.#at += [...name].length;
    return name;
  }

  #lookUp(name: string): string | undefined {
    const value = this.#options.env.get(name);
    (value === undefined ? this.#unmatched : this.#matched).add(name);
    return value;
  }
}

function trim(value: string, modifier: string, word: string): string {
  const greedy = word.startsWith(modifier);
  const pattern = parseShellPattern(greedy ? word.slice(1) : word);
  return modifier === '#' ? trimPrefix(value, pattern, greedy) : trimSuffix(value, pattern, greedy);
}

function missingBrace(): KindError {
  return invalid("syntax error: missing '}'");
}

function unexpectedEnd(what: string): KindError {
  return invalid(`unexpected end of statement while looking for matching ${what}`);
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
