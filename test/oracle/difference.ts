/** What two JSON values do not share, place by place, as JSON pointers (RFC 6901), and how to undo it. */

export interface Difference {
  readonly pointer: string;
  /** Undefined: there is nothing. */
  readonly expected: unknown;
  readonly actual: unknown;
}

export function differences(expected: unknown, actual: unknown, pointer = ''): Difference[] {
  if (isObject(expected) && isObject(actual) && Array.isArray(expected) === Array.isArray(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) => {
      const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      return differences(expected[key], actual[key], at);
    });
  }
  return expected === actual ? [] : [{ pointer, expected, actual }];
}

/** Sets a value where a pointer leads; undefined removes what is there. */
export function setAt(root: unknown, pointer: string, value: unknown): void {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop() ?? '';
  const holder = keys.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), root);
  if (!isObject(holder)) return;
  if (value === undefined && Array.isArray(holder)) holder.splice(Number(last), 1);
  else if (value === undefined) delete holder[last];
  else holder[last] = value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const textLengthMax = 300;

export function showDifference({ pointer, expected, actual }: Difference): string {
  return `${pointer}: Docker ${short(expected)}, here ${short(actual)}`;
}

function short(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > textLengthMax ? `${text.slice(0, textLengthMax)}…` : text;
}
