/** Cuts a template into text and tokens. */
import { TemplateError } from './template-error.ts';

export type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'field'
  | 'variable'
  | 'word'
  | 'dot'
  | 'string'
  | 'number'
  | 'character'
  | 'pipe'
  | 'declare'
  | 'assign'
  | 'comma'
  | 'leftParen'
  | 'rightParen'
  | 'space'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly offset: number;
}

const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ['space', /[ \t\r\n]+/y],
  ['field', /\.[\p{L}_][\p{L}\p{Nd}_]*/uy],
  [
    'number',
    /[+-]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7]+|0[bB][01]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y,
  ],
  ['dot', /\./y],
  ['variable', /\$(?:[\p{L}\p{Nd}_]*)/uy],
  ['word', /[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y],
  ['character', /'(?:[^'\\\n]|\\.)[^']*'/y],
  ['declare', /:=/y],
  ['assign', /=/y],
  ['pipe', /\|/y],
  ['comma', /,/y],
  ['leftParen', /\(/y],
  ['rightParen', /\)/y],
];

export function lex(source: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  let trimNext = false;
  while (offset < source.length) {
    const open = source.indexOf('{{', offset);
    const end = open < 0 ? source.length : open;
    const trimsBefore = open >= 0 && /^\{\{-[ \t\r\n]/.test(source.slice(open, open + 4));
    let text = source.slice(offset, end);
    if (trimNext) text = text.replace(/^[ \t\r\n]+/, '');
    if (trimsBefore) text = text.replace(/[ \t\r\n]+$/, '');
    if (text !== '') tokens.push({ kind: 'text', text, offset });
    if (open < 0) break;
    const start = open + (trimsBefore ? 3 : 2);
    const comment = /^[ \t\r\n]*\/\*/.exec(source.slice(start));
    const action =
      comment === null
        ? lexAction(source, { open, start, tokens })
        : skipComment(source, start + comment[0].length);
    offset = action.offset;
    trimNext = action.trims;
  }
  tokens.push({ kind: 'end', text: '', offset: source.length });
  return tokens;
}

interface ActionEnd {
  readonly offset: number;
  /** `-}}`: white space after it is dropped. */
  readonly trims: boolean;
}

function skipComment(source: string, from: number): ActionEnd {
  const close = source.indexOf('*/', from);
  if (close < 0) throw new TemplateError(source, { offset: from, message: 'unclosed comment' });
  const end = /^( -)?\}\}/.exec(source.slice(close + 2));
  if (end === null) {
    const message = 'comment ends before closing delimiter';
    throw new TemplateError(source, { offset: from, message });
  }
  return { offset: close + 2 + end[0].length, trims: end[1] !== undefined };
}

function lexAction(
  source: string,
  options: { readonly open: number; readonly start: number; readonly tokens: Token[] },
): ActionEnd {
  const { open, tokens } = options;
  let offset = options.start;
  tokens.push({ kind: 'open', text: '{{', offset: open });
  for (;;) {
    const close = /^(?:[ \t\r\n]+-)?\}\}/.exec(source.slice(offset, offset + 64));
    if (close !== null) {
      tokens.push({ kind: 'close', text: '}}', offset });
      return { offset: offset + close[0].length, trims: close[0].includes('-') };
    }
    if (offset >= source.length) {
      throw new TemplateError(source, { offset: open, message: 'unclosed action' });
    }
    const token = nextToken(source, offset);
    tokens.push(token);
    offset += token.text.length;
  }
}

function nextToken(source: string, offset: number): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = offset;
    const match = pattern.exec(source);
    if (match !== null) return { kind, text: match[0], offset };
  }
  const character = String.fromCodePoint(source.codePointAt(offset) ?? 0);
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const message =
    character === '"'
      ? 'unterminated quoted string'
      : character === '`'
        ? 'unterminated raw quoted string'
        : character === "'"
          ? 'unterminated character constant'
          : `bad character U+${hex} '${character}'`;
  throw new TemplateError(source, { offset, message });
}
