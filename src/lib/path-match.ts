/**
 * Shell patterns as Go's path.Match has them: `*` and `?` never match a slash, `[…]` is a class of characters, a
 * backslash takes the next character as it is. Runs in time bounded by pattern length times text length.
 */
import { KindError } from './errors.ts';

type Part =
  | { readonly kind: 'star' }
  | { readonly kind: 'any' }
  | { readonly kind: 'literal'; readonly character: string }
  | {
      readonly kind: 'class';
      readonly negated: boolean;
      readonly ranges: readonly (readonly [low: string, high: string])[];
    };

/** Whether `pattern` matches all of `text`. Rejects `system` with Go's words for a malformed pattern. */
export function matchPath(pattern: string, text: string): boolean {
  const parts = parsePattern([...pattern]);
  const characters = [...text];
  let [part, at] = [0, 0];
  // Where to go on when what follows the last star does not fit.
  let [starPart, starAt] = [-1, 0];
  while (at < characters.length) {
    const current = parts[part];
    const character = characters[at] ?? '';
    if (current?.kind === 'star') {
      [starPart, starAt] = [part, at];
      part += 1;
    } else if (current !== undefined && matchesOne(current, character)) {
      part += 1;
      at += 1;
    } else {
      if (starPart < 0 || characters[starAt] === '/') return false;
      starAt += 1;
      [part, at] = [starPart + 1, starAt];
    }
  }
  return parts.slice(part).every(({ kind }) => kind === 'star');
}

function matchesOne(part: Exclude<Part, { kind: 'star' }>, character: string): boolean {
  if (part.kind === 'literal') return part.character === character;
  if (part.kind === 'any') return character !== '/';
  const inside = part.ranges.some(([low, high]) => low <= character && character <= high);
  return inside !== part.negated;
}

function parsePattern(characters: readonly string[]): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '*') {
      if (parts.at(-1)?.kind !== 'star') parts.push({ kind: 'star' });
    } else if (character === '?') parts.push({ kind: 'any' });
    else if (character === '\\') parts.push({ kind: 'literal', character: next(characters, ++at) });
    else if (character === '[') {
      const found = parseClass(characters, at + 1);
      parts.push(found.part);
      at = found.end;
    } else parts.push({ kind: 'literal', character });
  }
  return parts;
}

function parseClass(characters: readonly string[], start: number): { part: Part; end: number } {
  const negated = characters[start] === '^';
  const ranges: [string, string][] = [];
  let at = negated ? start + 1 : start;
  const one = (): string => {
    const character = next(characters, at++);
    if (character === '-') throw badPattern();
    return character === '\\' ? next(characters, at++) : character;
  };
  while (characters[at] !== ']' || ranges.length === 0) {
    if (characters[at] === ']') throw badPattern();
    const low = one();
    if (characters[at] !== '-') ranges.push([low, low]);
    else {
      at += 1;
      ranges.push([low, one()]);
    }
  }
  return { part: { kind: 'class', negated, ranges }, end: at };
}

function next(characters: readonly string[], at: number): string {
  const character = characters[at];
  if (character === undefined) throw badPattern();
  return character;
}

function badPattern(): KindError {
  return new KindError('system', 'syntax error in pattern');
}
