/** Reading values that came from outside, step by step, without trusting their shape. */

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON in which bigints are numbers, with all their digits. */
export function stringifyBigints(value: unknown): string {
  const marked = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' ? `\u0000${item}` : item,
  );
  return marked.replace(/"\\u0000(-?[0-9]+)"/g, '$1');
}
