/** Sets of characters as regular expressions write them: `[a-z]`, `\d`, `\pL`, `[[:alpha:]]`. */

/** Whether a code point is one of a set. */
export type CharTest = (code: number) => boolean;

interface Parsed {
  readonly test: CharTest;
  /** Where the text goes on. */
  readonly end: number;
}

export const anyChar: CharTest = () => true;

export function not(test: CharTest): CharTest {
  return (code) => !test(code);
}

/** What differs in case alone is the same. */
export function foldCase(test: CharTest): CharTest {
  return (code) => {
    const char = String.fromCodePoint(code);
    const forms = [char, char.toLowerCase(), char.toUpperCase()];
    return forms.some((form) => test(form.codePointAt(0) ?? 0));
  };
}

const ofPattern =
  (pattern: RegExp): CharTest =>
  (code) =>
    pattern.test(String.fromCodePoint(code));

const perlClasses: Readonly<Record<string, CharTest | undefined>> = {
  d: ofPattern(/[0-9]/),
  D: ofPattern(/[^0-9]/),
  s: ofPattern(/[\t\n\f\r ]/),
  S: ofPattern(/[^\t\n\f\r ]/),
  w: ofPattern(/[0-9A-Za-z_]/),
  W: ofPattern(/[^0-9A-Za-z_]/),
};

const posixClasses: Readonly<Record<string, RegExp | undefined>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  ascii: /\p{ASCII}/u,
  blank: /[\t ]/,
  cntrl: /\p{Cc}/u,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t\n\v\f\r ]/,
  upper: /[A-Z]/,
  word: /[0-9A-Za-z_]/,
  xdigit: /[0-9A-Fa-f]/,
};

const controls: Readonly<Record<string, number | undefined>> = {
  a: 7,
  f: 12,
  t: 9,
  n: 10,
  r: 13,
  v: 11,
};

/** `start`: of the backslash. */
export function parseEscape(source: string, start: number): Parsed & { readonly code?: number } {
  const char = source[start + 1];
  if (char === undefined) throw classError('trailing backslash at end of expression', '');
  const perl = perlClasses[char];
  if (perl !== undefined) return { test: perl, end: start + 2 };
  if (char === 'p' || char === 'P') return parseProperty(source, start);
  const hex = /^\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/.exec(source.slice(start));
  const code =
    hex === null
      ? (controls[char] ?? (/[!-/:-@[-`{-~]/.test(char) ? char.charCodeAt(0) : undefined))
      : Number.parseInt(hex[1] ?? hex[2] ?? '', 16);
  if (code === undefined || code > 0x10ffff)
    throw classError('invalid escape sequence', source.slice(start, start + 2));
  return { test: (other) => other === code, end: start + (hex?.[0].length ?? 2), code };
}

/** `\pL`, `\p{Greek}`, `\P{^L}`. */
function parseProperty(source: string, start: number): Parsed {
  const match = /^\\([pP])(?:\{(\^?)([A-Za-z_]+)\}|([A-Z]))/.exec(source.slice(start));
  const text = match?.[0] ?? source.slice(start, start + 2);
  const name = match?.[3] ?? match?.[4] ?? '';
  const negated = (match?.[1] === 'P') !== (match?.[2] === '^');
  for (const property of [name, `Script=${name}`]) {
    try {
      const test = ofPattern(new RegExp(`\\p{${property}}`, 'u'));
      return { test: negated ? not(test) : test, end: start + text.length };
    } catch {
      // It may be the other kind of name.
    }
  }
  throw classError('invalid character class range', text);
}

/** `start`: of the bracket. */
export function parseClass(source: string, start: number): Parsed {
  const tests: CharTest[] = [];
  let at = start + 1;
  const negated = source[at] === '^';
  if (negated) at += 1;
  for (let first = true; first || source[at] !== ']'; first = false) {
    if (at >= source.length) throw classError('missing closing ]', source.slice(start));
    const { test, end } = parsePosix(source, at) ?? parseRange(source, at);
    tests.push(test);
    at = end;
  }
  const any: CharTest = (code) => tests.some((test) => test(code));
  return { test: negated ? not(any) : any, end: at + 1 };
}

function parsePosix(source: string, start: number): Parsed | undefined {
  const match = /^\[:(\^?)([a-z]+):\]/.exec(source.slice(start));
  if (match === null) return undefined;
  const pattern = posixClasses[match[2] ?? ''];
  if (pattern === undefined) throw classError('invalid character class range', match[0]);
  const test = ofPattern(pattern);
  return { test: match[1] === '^' ? not(test) : test, end: start + match[0].length };
}

function parseRange(source: string, start: number): Parsed {
  const low = parseChar(source, start);
  const isRange = source[low.end] === '-' && (source[low.end + 1] ?? ']') !== ']';
  if (!isRange || low.code === undefined) return low;
  const high = parseChar(source, low.end + 1);
  const [from, to] = [low.code, high.code];
  if (to === undefined || to < from)
    throw classError('invalid character class range', source.slice(start, high.end));
  return { test: (code) => code >= from && code <= to, end: high.end };
}

function parseChar(source: string, start: number): Parsed & { readonly code?: number } {
  if (source[start] === '\\') return parseEscape(source, start);
  const code = source.codePointAt(start) ?? 0;
  return { test: (other) => other === code, end: start + String.fromCodePoint(code).length, code };
}

function classError(code: string, text: string): Error {
  return new Error(`error parsing regexp: ${code}: \`${text}\``);
}
