/** Paths into JSON: `State.Status`, `[0].Names`, `HostConfig.Ulimits[0].Name`; `*` is every key or item. */

function keysOf(path: string): string[] {
  return path.split(/[.[\]]+/).filter((key) => key !== '');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The value at a path without `*`; undefined when there is none. */
export function valueAt(value: unknown, path: string): unknown {
  return keysOf(path).reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), value);
}

/** Every holder of the last key of a path. */
function holders(value: unknown, keys: readonly string[]): Record<string, unknown>[] {
  if (!isObject(value)) return [];
  const [key, ...rest] = keys;
  if (key === undefined || rest.length === 0) return [value];
  const next = key === '*' ? Object.values(value) : [value[key]];
  return next.flatMap((item) => holders(item, rest));
}

/** Changes the value at every place the path names, in place. */
export function changeAt(value: unknown, path: string, change: (value: unknown) => unknown): void {
  const keys = keysOf(path);
  const last = keys.at(-1) ?? '';
  for (const holder of holders(value, keys)) {
    const names = last === '*' ? Object.keys(holder) : [last];
    for (const name of names) {
      const changed = change(holder[name]);
      if (changed === undefined) delete holder[name];
      else holder[name] = changed;
    }
  }
}
