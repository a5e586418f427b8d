/**
 * Puts placeholders for what no two engines share: IDs, times, addresses, paths of the data root. What follows from
 * content alone (digests of images and layers of the fixtures) and what a scenario saved stays recognisable.
 */

export interface Names {
  /** Saved value to its placeholder. */
  readonly values: ReadonlyMap<string, string>;
  /** Digests and times that are the same everywhere, as they come from the fixtures. */
  readonly constants: ReadonlySet<string>;
  /** Where the engine keeps its files. */
  readonly dataRoot: string;
  /** Keeps addresses, and the IDs of networks that a scenario saved. */
  readonly exact: boolean;
}

/** Numbers that say when, how long or where, by key; zero stays, since it says "never". */
const numberKeys = new Set([
  'Created', 'time', 'timeNano', 'Pid', 'SizeRw', 'LayersSize', 'SpaceReclaimed', 'NFd', 'NGoroutines',
]); // prettier-ignore

/** Values that are a path or an address of this very container. */
const opaqueKeys: Readonly<Record<string, string>> = {
  NetworkID: '<id>',
  EndpointID: '<id>',
  SandboxID: '<id>',
  SandboxKey: '<path>',
  MacAddress: '<mac>',
  Gateway: '<address>',
  IPAddress: '<address>',
  LowerDir: '<path>',
  MergedDir: '<path>',
  UpperDir: '<path>',
  WorkDir: '<path>',
  DockerVersion: '<version>',
};

/** Of these, what is told in exact answers. */
const exactKeys = new Set(['NetworkID', 'MacAddress', 'Gateway', 'IPAddress']);

export function normalise(value: unknown, names: Names): unknown {
  return visit(value, { names, key: '' });
}

function visit(value: unknown, at: { readonly names: Names; readonly key: string }): unknown {
  if (typeof value === 'number') {
    const known = value === 0 || at.names.constants.has(String(value));
    return numberKeys.has(at.key) && !known ? '<number>' : value;
  }
  if (typeof value === 'string') {
    const isTold = at.names.exact && exactKeys.has(at.key);
    const opaque = isTold ? undefined : opaqueKeys[at.key];
    if (opaque !== undefined) return value === '' ? '' : opaque;
    return normaliseText(value, at.names);
  }
  if (Array.isArray(value)) return value.map((item) => visit(item, at));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, item]): [string, unknown] => [
      normaliseText(key, at.names),
      visit(item, { ...at, key }),
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

export function normaliseText(text: string, names: Names): string {
  let result = text.replaceAll(names.dataRoot, '<root>');
  for (const [value, placeholder] of names.values) {
    result = result.replaceAll(value, `<${placeholder}>`);
    if (value.length === 64) result = result.replaceAll(value.slice(0, 12), `<${placeholder}.12>`);
  }
  return result
    .replace(/[0-9a-f]{64}/g, (hex) => (names.constants.has(hex) ? hex : '<id>'))
    .replace(/^[0-9a-f]{12}$/, '<id.12>')
    .replace(/\bid:"[0-9a-f]{12}"/g, 'id:"<id.12>"')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, (time) =>
      names.constants.has(time) || time.startsWith('0001-') ? time : '<time>',
    )
    .replace(/^(Up|Exited \(-?\d+\)) .*?( ago)?( \(.*\))?$/, '$1 <duration>$2$3')
    .replace(/docker-import-\d+/g, 'docker-import-<number>')
    .replace(/^\/[a-z]+_[a-z]+\d?$/, '/<generated>');
}

/** Types in place of values: a list is as its first item. */
export function shapeOf(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]): [string, unknown] => [key, shapeOf(item)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
