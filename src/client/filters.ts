/** Filters of list, prune and event endpoints: a name with the set of values that match it. */

export type Filters = Readonly<Record<string, readonly string[]>>;

/** The query value as the API wants it since 1.22: `{"label":{"a=b":true}}`; undefined when empty. */
export function filtersQuery(filters: Filters | undefined): string | undefined {
  const entries = Object.entries(filters ?? {}).filter(([, values]) => values.length > 0);
  if (entries.length === 0) return undefined;
  return JSON.stringify(
    Object.fromEntries(
      entries.map(([name, values]) => [
        name,
        Object.fromEntries(values.map((value) => [value, true])),
      ]),
    ),
  );
}
