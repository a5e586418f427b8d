/**
 * Patterns of `.dockerignore` and `COPY --exclude`, by the rules of https://github.com/moby/patternmatcher: the last
 * pattern that fits decides, `!` takes back, `**` is any number of directories, and what fits a directory fits all below
 * it. Matching takes time bounded by pattern length times path length.
 */
import { matchPath } from './path-match.ts';
import { cleanPath } from './posix-path.ts';

type Part =
  | { readonly kind: 'character'; readonly character: string }
  /** `?` and classes; never a slash. */
  | { readonly kind: 'one'; readonly fits: (character: string) => boolean }
  /** `*`. */
  | { readonly kind: 'star' }
  /** `**` at the end. */
  | { readonly kind: 'rest' }
  /** `**` before more: nothing, or anything up to a slash. */
  | { readonly kind: 'directories' };

interface Pattern {
  readonly text: string;
  readonly isExclusion: boolean;
  readonly parts: readonly Part[];
}

export class IgnorePatterns {
  readonly #patterns: readonly Pattern[];

  /** Throws for a pattern that is none, in Go's words. */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .map(parsePattern);
  }

  get hasExclusions(): boolean {
    return this.#patterns.some(({ isExclusion }) => isExclusion);
  }

  /** Whether a path relative to the context, or a directory above it, is left out. */
  matches(path: string): boolean {
    if (path === '.') return false;
    const paths = [path, ...parentsOf(path)];
    let matched = false;
    for (const { isExclusion, parts } of this.#patterns) {
      if (isExclusion !== matched) continue;
      if (paths.some((candidate) => fits(parts, candidate))) matched = !isExclusion;
    }
    return matched;
  }

  /**
   * The same as the classic builder has it: it does not look into a directory that is left out, unless an exclusion
   * begins with that directory's own name.
   */
  matchesSkipping(path: string): boolean {
    const skipped = parentsOf(path).some(
      (directory) => this.matches(directory) && !this.mayKeepBelow(directory),
    );
    return skipped || this.matches(path);
  }

  /** Whether something below a directory that is left out may come back. */
  mayKeepBelow(directory: string): boolean {
    return this.#patterns.some(
      ({ isExclusion, text }) => isExclusion && `${text}/`.startsWith(`${directory}/`),
    );
  }
}

/** The patterns of an ignore file, made relative to the context. */
export function parseIgnoreFile(content: string): string[] {
  const patterns: string[] = [];
  for (const line of content.replace(/^\uFEFF/, '').split('\n')) {
    if (line.startsWith('#') || line.trim() === '') continue;
    const inverted = line.trim().startsWith('!');
    let pattern = line
      .trim()
      .slice(inverted ? 1 : 0)
      .trim();
    if (pattern !== '') pattern = cleanPath(pattern);
    if (pattern.length > 1 && pattern.startsWith('/')) pattern = pattern.slice(1);
    patterns.push(inverted ? `!${pattern}` : pattern);
  }
  return patterns;
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function parsePattern(written: string): Pattern {
  const clean = cleanPath(written);
  const isExclusion = clean.startsWith('!');
  const text = isExclusion ? clean.slice(1) : clean;
  if (text === '') throw new Error('illegal exclusion pattern: "!"');
  // Only for what it says of a pattern that is none.
  matchPath(text, '.');
  return { text, isExclusion, parts: partsOf(text) };
}

function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  const characters = [...text];
  for (let at = 0; at < characters.length;) {
    const character = characters[at] ?? '';
    if (character === '*' && characters[at + 1] === '*') {
      at += 2;
      const isLoose = characters[at] !== '/';
      if (!isLoose) at += 1;
      const isLast = at >= characters.length;
      // Docker takes two stars before plain letters, at the very beginning, for any beginning of the name.
      const isSuffix =
        isLoose && parts.length === 0 && !/[*?[\]\\]/.test(characters.slice(at).join(''));
      parts.push({ kind: isLast || isSuffix ? 'rest' : 'directories' });
      continue;
    }
    at += 1;
    if (character === '*') parts.push({ kind: 'star' });
    else if (character === '?') parts.push({ kind: 'one', fits: () => true });
    else if (character === '[') {
      const end = classEnd(characters, at);
      parts.push({ kind: 'one', fits: classOf(characters.slice(at - 1, end).join('')) });
      at = end;
    } else if (character === '\\' && at < characters.length) {
      parts.push({ kind: 'character', character: characters[at] ?? '' });
      at += 1;
    } else parts.push({ kind: 'character', character });
  }
  return parts;
}

/** Behind the closing bracket. The pattern was checked: there is one. */
function classEnd(characters: readonly string[], start: number): number {
  let at = start;
  if (characters[at] === '^') at += 1;
  do {
    if (characters[at] === '\\') at += 1;
    at += 1;
  } while (at < characters.length && characters[at] !== ']');
  return at + 1;
}

function classOf(text: string): (character: string) => boolean {
  return (character) => matchPath(text, character);
}

function fits(parts: readonly Part[], path: string): boolean {
  let states = closure(parts, [{ at: 0, inside: false }]);
  for (const character of path) {
    const next: State[] = [];
    for (const state of states) step(parts, state, { character, next });
    if (next.length === 0) return false;
    states = closure(parts, next);
  }
  return states.some(({ at, inside }) => at === parts.length && !inside);
}

interface State {
  readonly at: number;
  /** Within the directories of a `**`, which end with a slash alone. */
  readonly inside: boolean;
}

function step(
  parts: readonly Part[],
  { at, inside }: State,
  { character, next }: { character: string; next: State[] },
): void {
  const part = parts[at];
  switch (part?.kind) {
    case 'rest':
      next.push({ at, inside });
      return;
    case 'directories':
      next.push({ at, inside: true });
      if (character === '/') next.push({ at: at + 1, inside: false });
      return;
    case 'star':
      if (character !== '/') next.push({ at, inside });
      return;
    case 'one':
      if (character !== '/' && part.fits(character)) next.push({ at: at + 1, inside });
      return;
    case 'character':
      if (part.character === character) next.push({ at: at + 1, inside });
      return;
    default:
  }
}

/** What may stand for nothing is passed over; each state once. */
function closure(parts: readonly Part[], from: readonly State[]): State[] {
  const states = new Map<number, State>();
  for (let state of from) {
    for (;;) {
      const key = state.at * 2 + (state.inside ? 1 : 0);
      if (states.has(key)) break;
      states.set(key, state);
      const kind = parts[state.at]?.kind;
      if (state.inside || (kind !== 'star' && kind !== 'rest' && kind !== 'directories')) break;
      state = { at: state.at + 1, inside: false };
    }
  }
  return [...states.values()];
}
