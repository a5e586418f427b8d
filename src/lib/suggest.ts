/** "did you mean": the known word nearest to a misspelt one. */

/** Words that differ in this many letters or more are not near. */
const distanceMax = 3;

export interface SuggestOptions {
  readonly caseSensitive: boolean;
}

/** The nearest of `options`; undefined when none is near, or when the word is one of them. */
export function nearest(
  word: string,
  options: readonly string[],
  { caseSensitive }: SuggestOptions,
): string | undefined {
  const fold = (text: string) => (caseSensitive ? text : text.toLowerCase());
  let best: string | undefined;
  let bestDistance = distanceMax;
  for (const option of options) {
    if (fold(option) === fold(word)) return undefined;
    const distance = editDistance(fold(word), fold(option));
    if (distance >= bestDistance) continue;
    bestDistance = distance;
    best = caseSensitive ? option : matchCase(option, word);
  }
  return best;
}

/** ` (did you mean FROM?)`, or nothing. */
export function suggestion(word: string, options: readonly string[], how: SuggestOptions): string {
  const match = nearest(word, options, how);
  return match === undefined ? '' : ` (did you mean ${match}?)`;
}

function matchCase(option: string, word: string): string {
  if (word === word.toLowerCase()) return option.toLowerCase();
  return word === word.toUpperCase() ? option.toUpperCase() : option.toLowerCase();
}

/** Levenshtein's; stops early where the lengths alone are too far apart. */
function editDistance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) >= distanceMax) return distanceMax;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const cost = from[i - 1] === to[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
