import { describe, expect, test } from 'vitest';
import type { RecordStore } from '../../image/content-store.ts';
import { EngineIdentity } from './engine-identity.ts';
import { StateStore } from './state-store.ts';

const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));

function memory(): RecordStore {
  const kept = new Map<string, Uint8Array>();
  return {
    get: async (name) => kept.get(name),
    set: async (name, value) => void kept.set(name, value),
    delete: async (name) => void kept.delete(name),
    keys: async (prefix) => [...kept.keys()].filter((name) => name.startsWith(prefix)),
  };
}

describe('EngineIdentity', () => {
  test('is a UUID, another for each data root', () => {
    const { id } = new EngineIdentity(random);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new EngineIdentity(random).id).not.toBe(id);
  });

  test('restore() keeps it across starts', async () => {
    const state = new StateStore(memory());
    const first = new EngineIdentity(random);
    await first.restore(state);
    await state.settled();
    const second = new EngineIdentity(random);
    await second.restore(state);
    expect(second.id).toBe(first.id);
  });

  test('restore() makes a new one when the record cannot be read', async () => {
    const records = memory();
    await records.set('engine/id', new TextEncoder().encode('{"id":7'));
    const state = new StateStore(records);
    const identity = new EngineIdentity(random);
    const { id } = identity;
    await identity.restore(state);
    await state.settled();
    expect(identity.id).toBe(id);
    expect(new TextDecoder().decode(await records.get('engine/id'))).toBe(JSON.stringify({ id }));
  });
});
