/**
 * Parses regular expressions as Go's regexp does (RE2 syntax): no back-references and no look-around, which is what
 * lets a match take time in proportion to the text. Errors are Go's.
 */
import { anyChar, foldCase, not, parseClass, parseEscape, type CharTest } from './char-class.ts';

export type Assertion = 'text start' | 'text end' | 'line start' | 'line end' | 'word' | 'no word';

export type RegexpNode =
  | { readonly kind: 'char'; readonly test: CharTest }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'sequence'; readonly parts: readonly RegexpNode[] }
  | { readonly kind: 'either'; readonly options: readonly RegexpNode[] }
  /** `max` of Infinity is without end. */
  | {
      readonly kind: 'repeat';
      readonly node: RegexpNode;
      readonly min: number;
      readonly max: number;
    };

export interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

/** As in Go. */
const repeatCountMax = 1000;
const depthMax = 1000;

export function syntaxError(code: string, text: string): Error {
  return new Error(`error parsing regexp: ${code}: \`${text}\``);
}

/** Throws an error in Go's words. */
export function parseRegexp(source: string): RegexpNode {
  const parser = new Parser(source);
  return parser.parse();
}

class Parser {
  readonly #source: string;
  #at = 0;
  #flags: Flags = { ignoreCase: false, multiline: false, dotAll: false };

  constructor(source: string) {
    this.#source = source;
  }

  parse(): RegexpNode {
    const node = this.#either(0);
    if (this.#at < this.#source.length) throw syntaxError('unexpected )', this.#source);
    return node;
  }

  #either(depth: number): RegexpNode {
    if (depth > depthMax) throw syntaxError('expression nests too deeply', this.#source);
    const options = [this.#sequence(depth)];
    while (this.#take('|')) options.push(this.#sequence(depth));
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: 'either', options };
  }

  #sequence(depth: number): RegexpNode {
    const parts: RegexpNode[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#peek())) {
      const start = this.#at;
      const atom = this.#atom(depth);
      if (atom === undefined) continue;
      parts.push(this.#repeated(atom, start));
    }
    return { kind: 'sequence', parts };
  }

  /** Undefined for `(?i)`, which only changes what comes after it. */
  #atom(depth: number): RegexpNode | undefined {
    const char = this.#next();
    if (char === '(') return this.#group(depth);
    if (char === '[') return this.#char(this.#class());
    if (char === '\\') return this.#escape();
    if (char === '.') return { kind: 'char', test: this.#flags.dotAll ? anyChar : not(isNewline) };
    if (char === '^')
      return { kind: 'assert', what: this.#flags.multiline ? 'line start' : 'text start' };
    if (char === '$')
      return { kind: 'assert', what: this.#flags.multiline ? 'line end' : 'text end' };
    if ('*+?'.includes(char)) throw syntaxError('missing argument to repetition operator', char);
    const code = char.codePointAt(0);
    return this.#char((other) => other === code);
  }

  #char(test: CharTest): RegexpNode {
    return { kind: 'char', test: this.#flags.ignoreCase ? foldCase(test) : test };
  }

  #group(depth: number): RegexpNode | undefined {
    const before = this.#flags;
    if (this.#peek() === '?') {
      const rest = this.#source.slice(this.#at - 1);
      const named = /^\(\?P?<[A-Za-z0-9_]+>/.exec(rest);
      const flagged = /^\(\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest);
      const head = named ?? flagged;
      if (head === null || head[0] === '(?)') {
        const bad = /^\(\?[imsU-]*[^)]?/.exec(rest)?.[0] ?? rest;
        throw syntaxError('invalid or unsupported Perl syntax', bad);
      }
      this.#at += head[0].length - 1;
      if (named === null) this.#setFlags(flagged?.[1] ?? '', flagged?.[2] ?? '');
      if (flagged?.[3] === ')') return undefined;
    }
    const node = this.#either(depth + 1);
    if (!this.#take(')')) throw syntaxError('missing closing )', this.#source);
    this.#flags = before;
    return node;
  }

  #setFlags(on: string, off: string): void {
    const { ignoreCase, multiline, dotAll } = this.#flags;
    const flag = (letter: string, old: boolean) =>
      off.includes(letter) ? false : old || on.includes(letter);
    this.#flags = {
      ignoreCase: flag('i', ignoreCase),
      multiline: flag('m', multiline),
      dotAll: flag('s', dotAll),
    };
  }

  #class(): CharTest {
    const { test, end } = parseClass(this.#source, this.#at - 1);
    this.#at = end;
    return test;
  }

  #escape(): RegexpNode {
    const assertion = assertions[this.#peek()];
    if (assertion !== undefined) {
      this.#at += 1;
      return { kind: 'assert', what: assertion };
    }
    if (this.#take('Q')) return this.#quoted();
    const { test, end } = parseEscape(this.#source, this.#at - 1);
    this.#at = end;
    return this.#char(test);
  }

  /** `\Q…\E`: as it stands. */
  #quoted(): RegexpNode {
    const end = this.#source.indexOf(String.raw`\E`, this.#at);
    const text = this.#source.slice(this.#at, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#source.length : end + 2;
    const parts = [...text].map((char) => {
      const code = char.codePointAt(0);
      return this.#char((other) => other === code);
    });
    return { kind: 'sequence', parts };
  }

  #repeated(atom: RegexpNode, start: number): RegexpNode {
    let node = atom;
    let last = '';
    for (;;) {
      const operator = /^(?:[*+?]|\{([0-9]+)(,([0-9]*))?\})\??/.exec(this.#source.slice(this.#at));
      if (operator === null) return node;
      const [text, least, comma, most] = operator;
      if (last !== '') throw syntaxError('invalid nested repetition operator', last + text);
      last = text;
      this.#at += text.length;
      const [min, max] = countsOf(text, { least, comma, most });
      if (min > repeatCountMax || (max !== Infinity && max > repeatCountMax) || min > max)
        throw syntaxError('invalid repeat count', text);
      if (start === this.#at) return node;
      node = { kind: 'repeat', node, min, max };
    }
  }

  #peek(): string {
    return this.#source[this.#at] ?? '';
  }

  #next(): string {
    const char = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
    this.#at += char.length;
    return char;
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at += 1;
    return true;
  }
}

const assertions: Readonly<Record<string, Assertion | undefined>> = {
  A: 'text start',
  z: 'text end',
  b: 'word',
  B: 'no word',
};

function countsOf(
  operator: string,
  counts: {
    readonly least: string | undefined;
    readonly comma: string | undefined;
    readonly most: string | undefined;
  },
): readonly [number, number] {
  if (operator.startsWith('*')) return [0, Infinity];
  if (operator.startsWith('+')) return [1, Infinity];
  if (operator.startsWith('?')) return [0, 1];
  const min = Number(counts.least);
  if (counts.comma === undefined) return [min, min];
  return [min, counts.most ? Number(counts.most) : Infinity];
}

function isNewline(code: number): boolean {
  return code === 10;
}
