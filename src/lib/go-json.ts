/** Decodes JSON and, where it is malformed, says so in the words of Go's encoding/json, which clients show to people. */

/** One value and what the rest is; `end` is where the value ends. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get end(): number {
    return this.#at;
  }

  /** Throws GoJsonError where the first value goes wrong. */
  value(): void {
    this.space();
    const character = this.#peek();
    if (character === '{') this.#object();
    else if (character === '[') this.#array();
    else if (character === '"') this.#string();
    else if (character === 't') this.#literal('true');
    else if (character === 'f') this.#literal('false');
    else if (character === 'n') this.#literal('null');
    else if (/^[-0-9]$/.test(character)) this.#number();
    else throw this.#unexpected('looking for beginning of value');
  }

  space(): void {
    while (/^[ \t\r\n]$/.test(this.#text.charAt(this.#at))) this.#at += 1;
  }

  #object(): void {
    this.#at += 1;
    this.space();
    if (this.#accept('}')) return;
    for (;;) {
      this.space();
      if (this.#peek() !== '"')
        throw this.#unexpected('looking for beginning of object key string');
      this.#string();
      this.space();
      if (!this.#accept(':')) throw this.#unexpected('after object key');
      this.value();
      this.space();
      if (this.#accept('}')) return;
      if (!this.#accept(',')) throw this.#unexpected('after object key:value pair');
    }
  }

  #array(): void {
    this.#at += 1;
    this.space();
    if (this.#accept(']')) return;
    for (;;) {
      this.value();
      this.space();
      if (this.#accept(']')) return;
      if (!this.#accept(',')) throw this.#unexpected('after array element');
    }
  }

  #string(): void {
    this.#at += 1;
    for (;;) {
      const character = this.#peek();
      if (character < ' ') throw this.#unexpected('in string literal');
      this.#at += 1;
      if (character === '"') return;
      if (character !== '\\') continue;
      const escape = this.#peek();
      if (!/^["\\/bfnrtu]$/.test(escape)) throw this.#unexpected('in string escape code');
      this.#at += 1;
      if (escape === 'u') this.#hexadecimal();
    }
  }

  #hexadecimal(): void {
    for (let digit = 0; digit < 4; digit++) {
      if (!/^[0-9a-fA-F]$/.test(this.#peek()))
        throw this.#unexpected('in \\u hexadecimal character escape');
      this.#at += 1;
    }
  }

  #literal(word: string): void {
    this.#at += 1;
    for (const expected of word.slice(1)) {
      if (this.#peek() !== expected)
        throw this.#unexpected(`in literal ${word} (expecting ${quote(expected)})`);
      this.#at += 1;
    }
  }

  #number(): void {
    if (this.#accept('-') && !/^[0-9]$/.test(this.#peek()))
      throw this.#unexpected('in numeric literal');
    if (!this.#accept('0')) this.#digits();
    if (this.#accept('.')) {
      if (!/^[0-9]$/.test(this.#peek()))
        throw this.#unexpected('after decimal point in numeric literal');
      this.#digits();
    }
    if (!this.#accept('e') && !this.#accept('E')) return;
    if (!this.#accept('+')) this.#accept('-');
    if (!/^[0-9]$/.test(this.#peek())) throw this.#unexpected('in exponent of numeric literal');
    this.#digits();
  }

  #digits(): void {
    while (/^[0-9]$/.test(this.#text.charAt(this.#at))) this.#at += 1;
  }

  #accept(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }

  /** The next character; there must be one. */
  #peek(): string {
    if (this.#at >= this.#text.length) throw new GoJsonError('unexpected EOF');
    return this.#text.charAt(this.#at);
  }

  #unexpected(context: string): GoJsonError {
    return new GoJsonError(`invalid character ${quote(this.#peek())} ${context}`);
  }
}

/** What is wrong, as Go words it. */
export class GoJsonError extends Error {
  override readonly name = 'GoJsonError';
}

/** There is something behind the value. */
export const unexpectedContent = 'unexpected content after JSON';

/** The first value of the text; throws GoJsonError, also when anything but white space follows it. */
export function parseGoJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const scanner = new Scanner(text);
    scanner.space();
    if (scanner.end === text.length) throw new GoJsonError('EOF', { cause });
    scanner.value();
    throw new GoJsonError(unexpectedContent, { cause });
  }
}

/** A character as Go quotes it. */
function quote(character: string): string {
  if (character === "'") return `'\\''`;
  if (character === '"') return `'"'`;
  const named: Readonly<Record<string, string>> = {
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\\': '\\\\',
  };
  if (character >= ' ') return `'${named[character] ?? character}'`;
  return `'${named[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`}'`;
}
