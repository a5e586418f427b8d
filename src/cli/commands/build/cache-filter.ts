/** `docker buildx du --filter`, as buildx makes filters of BuildKit's of it. */
import type { BuildCacheRecord } from '../../../api/disk-usage.ts';
import type { Filters } from '../../../client/filters.ts';

/** Rejects with buildx's words. A name that no record has is in none. */
export function cacheFilter(filters: Filters): (record: BuildCacheRecord) => boolean {
  const tests = Object.entries(filters)
    .filter(([name]) => name !== 'until' && name !== 'unused-for')
    .map(([name, values]) => testOf(name, values));
  return (record) => tests.every((test) => test(record));
}

function testOf(name: string, values: readonly string[]): (record: BuildCacheRecord) => boolean {
  const [wanted = '', ...others] = values;
  if (others.length > 0) throw new Error(`ERROR: ${name} expects exactly one value`);
  const operator = /[!~]$/.exec(name)?.[0] ?? (name === 'id' ? '~' : '=');
  const field = name.replace(/[!~]$/, '');
  return (record) => {
    const value = fieldOf(record, field);
    if (value === undefined) return operator === '!';
    if (typeof value === 'boolean') return value === (wanted !== 'false' && wanted !== '0');
    if (operator === '~') return new RegExp(wanted).test(value);
    return (value === wanted) === (operator === '=');
  };
}

function fieldOf(record: BuildCacheRecord, name: string): string | boolean | undefined {
  switch (name) {
    case 'id':
      return record.ID;
    case 'parents':
      return (record.Parents ?? []).join(';');
    case 'type':
      return record.Type;
    case 'description':
      return record.Description;
    case 'inuse':
      return record.InUse;
    case 'shared':
      return record.Shared;
    case 'private':
      return !record.Shared;
    case 'immutable':
      return true;
    case 'mutable':
      return false;
    default:
      return undefined;
  }
}
