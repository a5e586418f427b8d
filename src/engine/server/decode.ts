/**
 * Checks the shape of a JSON body against a table of field types, as Go's decoder does: a null is as
 * good as absent, unknown fields are ignored, a value of the wrong type is `invalidParameter`.
 */
import { KindError } from '../../lib/errors.ts';
import { isRecord } from '../../lib/json.ts';

export type FieldType =
  | 'string'
  | 'boolean'
  | 'number'
  | 'strings'
  | 'numbers'
  | 'string lists'
  | 'string map'
  | 'set'
  | { readonly struct: Fields }
  | { readonly list: Fields }
  | { readonly lists: Fields };

export type Fields = Readonly<Record<string, FieldType>>;

type Json = Readonly<Record<string, unknown>>;

/** The record without nulls at its top level; throws when a known field has another type. */
export function checkFields(value: Json, fields: Fields, path = ''): Json {
  const checked: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const type = fields[key];
    if (type === undefined || field === null) continue;
    checked[key] = checkField(field, type, path === '' ? key : `${path}.${key}`);
  }
  return checked;
}

function checkField(value: unknown, type: FieldType, path: string): unknown {
  if (typeof type === 'object') return checkNested(value, type, path);
  const valid = matches(value, type);
  if (!valid) throw mismatch(value, type, path);
  return value;
}

function matches(value: unknown, type: Exclude<FieldType, object>): boolean {
  switch (type) {
    case 'string':
    case 'boolean':
      return typeof value === type;
    case 'number':
      return Number.isSafeInteger(value);
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'string lists':
      return Array.isArray(value) && value.every((item) => matches(item, 'strings'));
    case 'numbers':
      return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item));
    case 'string map':
      return isRecord(value) && Object.values(value).every((item) => typeof item === 'string');
    case 'set':
      return isRecord(value) && Object.values(value).every(isRecord);
  }
}

function checkNested(value: unknown, type: Exclude<FieldType, string>, path: string): unknown {
  if ('struct' in type) {
    if (!isRecord(value)) throw mismatch(value, 'object', path);
    return checkFields(value, type.struct, path);
  }
  if ('list' in type) {
    if (!Array.isArray(value)) throw mismatch(value, 'array', path);
    return value.map((item) => {
      if (!isRecord(item)) throw mismatch(item, 'object', path);
      return checkFields(item, type.list, path);
    });
  }
  if (!isRecord(value)) throw mismatch(value, 'object', path);
  const entries = Object.entries(value).map(([key, items]) => [
    key,
    items === null ? null : checkNested(items, { list: type.lists }, `${path}.${key}`),
  ]);
  return Object.fromEntries(entries);
}

function mismatch(value: unknown, type: string, path: string): KindError {
  const found = Array.isArray(value) ? 'array' : typeof value;
  const message = `invalid JSON: cannot unmarshal ${found} into field ${path} of type ${type}`;
  return new KindError('invalidParameter', message);
}
