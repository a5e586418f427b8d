/**
 * Checks the shape of a JSON body against a table of field types, as Go's decoder does: a null is as good as absent,
 * unknown fields are ignored, a value of the wrong type is `invalidParameter` in Go's words, which clients show.
 */
import { KindError } from '../../lib/errors.ts';
import { isRecord } from '../../lib/json.ts';

export type FieldType =
  | 'string'
  | 'boolean'
  /** An int64. */
  | 'number'
  | 'int'
  | 'strings'
  /** Two numbers of a terminal's size. */
  | 'numbers'
  | 'string lists'
  | 'string map'
  /** Keys only; `set` names the type in Go. */
  | { readonly set: string }
  /** A list of strings, or one string. */
  | 'words'
  | { readonly struct: Fields; readonly go: string }
  | { readonly list: Fields; readonly go: string }
  /** Lists by name; `go` is the map's type. */
  | { readonly lists: Fields; readonly go: string; readonly item: string }
  | { readonly structs: Fields; readonly go: string }
  /** A field of a struct that is embedded in the one that is decoded. */
  | { readonly embedded: string; readonly type: FieldType };

export type Fields = Readonly<Record<string, FieldType>>;

type Json = Readonly<Record<string, unknown>>;

/** Where a value is: the struct that holds its field, and the path from the outermost one. */
interface Place {
  readonly struct: string;
  readonly path: string;
}

/** All fields of an embedded struct. */
export function embed(embedded: string, fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, type]) => [name, { embedded, type }]),
  );
}

/** The record without nulls at its top level; throws when a known field has another type. `struct`: its name in Go. */
export function checkFields(value: Json, fields: Fields, struct: string): Json {
  return checkStruct(value, fields, { struct, path: '' });
}

function checkStruct(value: Json, fields: Fields, { struct, path }: Place): Json {
  const checked: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    // Not what every object has, such as `constructor`.
    const type = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (type === undefined || field === null) continue;
    checked[key] = checkField(field, type, { struct, path: join(path, key) });
  }
  return checked;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function checkField(value: unknown, type: FieldType, at: Place): unknown {
  if (typeof type === 'object') return checkNested(value, type, at);
  switch (type) {
    case 'string':
      return demand(typeof value === 'string', value, { go: 'string', at });
    case 'boolean':
      return demand(typeof value === 'boolean', value, { go: 'bool', at });
    case 'number':
      return demand(Number.isSafeInteger(value), value, { go: 'int64', at });
    case 'int':
      return demand(Number.isSafeInteger(value), value, { go: 'int', at });
    case 'words':
      return Array.isArray(value)
        ? checkItems(value, { item: 'string', go: '[]string', at })
        : [demand(typeof value === 'string', value, { go: 'string', at })];
    case 'strings':
      return checkItems(value, { item: 'string', go: '[]string', at });
    case 'numbers':
      return checkItems(value, { item: 'uint', go: '[2]uint', at });
    case 'string lists':
      demand(Array.isArray(value), value, { go: '[][]string', at });
      return (value as unknown[]).map((list) =>
        checkItems(list, { item: 'string', go: '[]string', at }),
      );
    case 'string map': {
      if (!isRecord(value)) throw mismatch(value, 'map[string]string', at);
      const isText = (item: unknown) => typeof item === 'string' || item === null;
      for (const item of Object.values(value)) demand(isText(item), item, { go: 'string', at });
      return value;
    }
  }
}

function checkItems(
  value: unknown,
  { item, go, at }: { readonly item: 'string' | 'uint'; readonly go: string; readonly at: Place },
): readonly unknown[] {
  if (!Array.isArray(value)) throw mismatch(value, go, at);
  for (const one of value as unknown[]) {
    const fits = item === 'string' ? typeof one === 'string' : isUnsigned(one);
    demand(fits, one, { go: item, at });
  }
  return value as unknown[];
}

function isUnsigned(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function checkNested(value: unknown, type: Exclude<FieldType, string>, at: Place): unknown {
  if ('embedded' in type) {
    const path = at.path.replace(/[^.]*$/, (key) => `${type.embedded}.${key}`);
    return checkField(value, type.type, { ...at, path });
  }
  if ('list' in type) {
    if (!Array.isArray(value)) throw mismatch(value, `[]${type.go}`, at);
    return value.map((item) =>
      checkObject(item, { fields: type.list, go: type.go.replace('*', ''), at }),
    );
  }
  if ('struct' in type) return checkObject(value, { fields: type.struct, go: type.go, at });
  const go = 'set' in type ? type.set : type.go;
  if (!isRecord(value)) throw mismatch(value, go, at);
  const entries = Object.entries(value).map(([key, item]) => [key, checkEntry(item, type, at)]);
  return Object.fromEntries(entries);
}

function checkEntry(
  value: unknown,
  type: Extract<FieldType, { set: string } | { lists: Fields } | { structs: Fields }>,
  at: Place,
): unknown {
  if ('set' in type) return checkObject(value ?? {}, { fields: {}, go: 'struct {}', at });
  if (value === null) return null;
  if ('structs' in type)
    return checkObject(value, { fields: type.structs, go: structOf(type.go), at });
  if (!Array.isArray(value)) throw mismatch(value, `[]${type.item}`, at);
  return value.map((item) => checkObject(item, { fields: type.lists, go: type.item, at }));
}

/** `map[string]*network.EndpointSettings` holds `network.EndpointSettings`. */
function structOf(go: string): string {
  return go.replace(/^map\[string\]\*?/, '');
}

function checkObject(
  value: unknown,
  { fields, go, at }: { readonly fields: Fields; readonly go: string; readonly at: Place },
): Json {
  if (!isRecord(value)) throw mismatch(value, go, at);
  return checkStruct(value, fields, { struct: go.replace(/^.*\./, ''), path: at.path });
}

function demand(
  fits: boolean,
  value: unknown,
  { go, at }: { readonly go: string; readonly at: Place },
): unknown {
  if (!fits) throw mismatch(value, go, at);
  return value;
}

function mismatch(value: unknown, go: string, { struct, path }: Place): KindError {
  const found = goKind(value, go);
  const message = `invalid JSON: json: cannot unmarshal ${found} into Go struct field ${struct}.${path} of type ${go}`;
  return new KindError('invalidParameter', message);
}

/** What Go calls a JSON value; a number that only does not fit is told with its digits. */
export function goKind(value: unknown, go = ''): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' && /^u?int/.test(go)) return `number ${value}`;
  return typeof value;
}
