/**
 * Expansion of an argument as Dockerfiles have it: quotes and escapes go, variables become their values. A subset of
 * the shell's: `$NAME`, `${NAME}`, and `${NAME:-word}`, `:+`, `:?` with and without the colon.
 */
import { KindError } from '../lib/errors.ts';

export interface ExpandOptions {
  readonly env: ReadonlyMap<string, string>;
  /** The Dockerfile's escape character. */
  readonly escape: string;
}

/** Nested `${…:-${…}}` beyond this are refused. */
const depthMax = 64;

/** The text as one word. Rejects `invalidParameter` for an open quote or brace. */
export function expandWord(text: string, options: ExpandOptions): string {
  return new Expander(text, options).run();
}

/** The text as words: spaces outside quotes part them, those of expanded variables too. */
export function expandWords(text: string, options: ExpandOptions): string[] {
  const words: string[] = [];
  new Expander(text, options, words).run();
  return words;
}

class Expander {
  readonly #text: string;
  readonly #options: ExpandOptions;
  readonly #words: string[] | undefined;
  #at = 0;
  #word = '';
  #isOpen = false;

  constructor(text: string, options: ExpandOptions, words?: string[]) {
    this.#text = text;
    this.#options = options;
    this.#words = words;
  }

  run(): string {
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at] ?? '';
      if (character === "'") this.#add(this.#single());
      else if (character === '"') this.#add(this.#double());
      else if (character === '$') this.#addExpanded(this.#dollar(0));
      else if (this.#words !== undefined && /\s/.test(character)) this.#endWord();
      else this.#add(this.#plain());
    }
    this.#endWord();
    return this.#word;
  }

  #add(text: string): void {
    this.#word += text;
    this.#isOpen = true;
  }

  #addExpanded(value: string): void {
    if (this.#words === undefined) {
      this.#add(value);
      return;
    }
    for (const [index, part] of value.split(/\s+/).entries()) {
      if (index > 0) this.#endWord();
      if (part !== '') this.#add(part);
    }
  }

  #endWord(): void {
    if (this.#words === undefined) return;
    if (this.#isOpen) this.#words.push(this.#word);
    if (this.#text[this.#at] !== undefined && /\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    this.#word = '';
    this.#isOpen = false;
  }

  #plain(): string {
    const character = this.#text[this.#at++] ?? '';
    if (character !== this.#options.escape) return character;
    return this.#text[this.#at++] ?? '';
  }

  #single(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end < 0) throw unexpectedEnd();
    const text = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return text;
  }

  #double(): string {
    let result = '';
    this.#at += 1;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) throw unexpectedEnd();
      if (character === '"') {
        this.#at += 1;
        return result;
      }
      if (character === '$') result += this.#dollar(0);
      else {
        this.#at += 1;
        const next = this.#text[this.#at];
        const escapes = next === '"' || next === '$' || next === this.#options.escape;
        if (character === this.#options.escape && next !== undefined && escapes) {
          this.#at += 1;
          result += next;
        } else result += character;
      }
    }
  }

  #dollar(depth: number): string {
    if (depth > depthMax) throw invalid('syntax error: substitution is nested too deeply');
    this.#at += 1;
    const { env } = this.#options;
    if (this.#text[this.#at] !== '{') {
      const [name = ''] =
        /^(?:[a-zA-Z_][a-zA-Z0-9_]*|[0-9]|[@*#?!$-])/.exec(this.#text.slice(this.#at)) ?? [];
      this.#at += name.length;
      return name === '' ? '$' : (env.get(name) ?? '');
    }
    const [, name = ''] =
      /^\{([a-zA-Z_][a-zA-Z0-9_]*|[0-9]+|[@*#?!$-])/.exec(this.#text.slice(this.#at)) ?? [];
    if (name === '') throw invalid('syntax error: bad substitution');
    this.#at += 1 + name.length;
    const value = env.get(name);
    if (this.#text[this.#at] === '}') {
      this.#at += 1;
      return value ?? '';
    }
    return this.#modified(name, { value, depth });
  }

  /** What follows the name within the braces. */
  #modified(name: string, { value, depth }: { value: string | undefined; depth: number }): string {
    const hasColon = this.#text[this.#at] === ':';
    if (hasColon) this.#at += 1;
    const modifier = this.#text[this.#at++] ?? '';
    if (!'-+?'.includes(modifier) || modifier === '') {
      const shown = (hasColon ? ':' : '') + modifier;
      throw invalid(`unsupported modifier (${shown}) in substitution`);
    }
    const word = this.#untilBrace(depth);
    const isSet = value !== undefined && !(hasColon && value === '');
    if (modifier === '+') return isSet ? word : '';
    if (isSet) return value;
    if (modifier === '-') return word;
    const why = hasColon ? 'not allowed to be empty' : 'not allowed to be unset';
    throw invalid(`${name}: ${word === '' ? why : word}`);
  }

  #untilBrace(depth: number): string {
    let word = '';
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) throw unexpectedEnd();
      if (character === '}') {
        this.#at += 1;
        return word;
      }
      if (character === '$') word += this.#dollar(depth + 1);
      else if (character === "'") word += this.#single();
      else if (character === '"') word += this.#double();
      else word += this.#plain();
    }
  }
}

function unexpectedEnd(): KindError {
  return invalid('unexpected end of statement while looking for matching quote or brace');
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
