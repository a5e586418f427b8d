/** WWW-Authenticate, as https://www.rfc-editor.org/rfc/rfc7235#section-4.1 writes it: a list of challenges. */

export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Names in lower case; values unquoted. */
  readonly parameters: Readonly<Record<string, string>>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameterPattern = new RegExp(
  `[\\s,]*(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`,
  'y',
);
const schemePattern = new RegExp(`[\\s,]*(${token})(?=\\s|,|$)`, 'y');

/** Reads all challenges; stops at the first thing that is none. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  let at = 0;
  const next = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  for (let scheme = next(schemePattern); scheme !== null; scheme = next(schemePattern)) {
    const parameters: Record<string, string> = {};
    for (let field = next(parameterPattern); field !== null; field = next(parameterPattern)) {
      const [, name = '', quoted, plain = ''] = field;
      parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    }
    challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), parameters });
  }
  return challenges;
}
