/** The fields of an object that hold something: neither an empty text nor an object without fields. */
export function presentOnly<T extends Readonly<Record<string, string | object>>>(
  fields: T,
): Partial<T> {
  const kept = Object.entries(fields).filter(([, value]) =>
    typeof value === 'string' ? value !== '' : Object.keys(value).length > 0,
  );
  return Object.fromEntries(kept) as Partial<T>;
}
