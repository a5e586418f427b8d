/**
 * Patterns of `${name#pattern}`, `${name%pattern}` and `${name/pattern/text}`: `*` and `?` alone are special, neither
 * matches a line feed. Matching takes time bounded by pattern length times text length.
 */
import { KindError } from '../../lib/errors.ts';

type Part =
  | { readonly kind: 'star' }
  | { readonly kind: 'any' }
  | { readonly kind: 'character'; readonly character: string };

export type ShellPattern = readonly Part[];

/** Rejects `invalidParameter` for a backslash before a character that needs none. */
export function parseShellPattern(pattern: string): ShellPattern {
  const characters = [...pattern];
  const parts: Part[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '*') parts.push({ kind: 'star' });
    else if (character === '?') parts.push({ kind: 'any' });
    else if (character === '\\') {
      at += 1;
      const next = characters[at] ?? '';
      if (!'*?\\}/'.includes(next) || next === '') {
        const why = `invalid escape '\\${next}'`;
        const message = `invalid pattern (${pattern}) in substitution: ${why}`;
        throw new KindError('invalidParameter', message);
      }
      parts.push({ kind: 'character', character: next });
    } else parts.push({ kind: 'character', character });
  }
  return parts;
}

/** `text` without what matches at its start, the longest or the shortest such. */
export function trimPrefix(text: string, pattern: ShellPattern, greedy: boolean): string {
  const characters = [...text];
  const end = matchEnd(pattern, characters, { from: 0, greedy });
  return end === undefined ? text : characters.slice(end).join('');
}

/** The same at its end. */
export function trimSuffix(text: string, pattern: ShellPattern, greedy: boolean): string {
  const characters = [...text].reverse();
  const end = matchEnd(pattern.toReversed(), characters, { from: 0, greedy });
  return end === undefined ? text : characters.slice(end).reverse().join('');
}

/** Matches replaced, each the longest at its place; the first alone unless `all`. */
export function replacePattern(
  text: string,
  pattern: ShellPattern,
  options: { readonly replacement: string; readonly all: boolean },
): string {
  const characters = [...text];
  let result = '';
  let at = 0;
  while (at <= characters.length) {
    const end = matchEnd(pattern, characters, { from: at, greedy: true });
    if (end === undefined) {
      result += characters[at] ?? '';
      at += 1;
      continue;
    }
    result += options.replacement;
    if (!options.all) return result + characters.slice(end).join('');
    // An empty match takes one character along, so that the next one is further on.
    if (end === at) result += characters[at] ?? '';
    at = Math.max(end, at + 1);
    if (at === characters.length && end === at) break;
  }
  return result;
}

/** Where a match that begins at `from` ends; all parts are tried at once. */
function matchEnd(
  pattern: ShellPattern,
  text: readonly string[],
  { from, greedy }: { from: number; greedy: boolean },
): number | undefined {
  let states = closure(pattern, [0]);
  let end: number | undefined;
  for (let at = from; ; at += 1) {
    if (states.has(pattern.length)) {
      end = at;
      if (!greedy) return end;
    }
    const character = text[at];
    if (character === undefined || states.size === 0) return end;
    const next: number[] = [];
    for (const state of states) {
      const part = pattern[state];
      if (part?.kind === 'star' && character !== '\n') next.push(state);
      else if (part?.kind === 'any' && character !== '\n') next.push(state + 1);
      else if (part?.kind === 'character' && part.character === character) next.push(state + 1);
    }
    states = closure(pattern, next);
  }
}

/** A star may stand for nothing. */
function closure(pattern: ShellPattern, from: readonly number[]): Set<number> {
  const states = new Set<number>();
  for (let state of from) {
    states.add(state);
    while (pattern[state]?.kind === 'star') states.add((state += 1));
  }
  return states;
}
