import { describe, expect, test } from 'vitest';
import type { Daemon } from '../daemon.ts';
import { lockCacheMounts, type CacheMount } from './cache-mounts.ts';

function mount(id: string): CacheMount {
  return { type: 'cache', id, sharing: 'locked' } as CacheMount;
}

function fakeDaemon(): Daemon {
  return { buildCache: {} } as Daemon;
}

describe('lockCacheMounts()', () => {
  const { signal } = new AbortController();

  test('two that want the same in opposite order follow one another', async () => {
    const daemon = fakeDaemon();
    const order: string[] = [];
    const work = async (name: string, ids: readonly string[]): Promise<void> => {
      const release = await lockCacheMounts(daemon, ids.map(mount), signal);
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      order.push(`${name} ends`);
      release();
    };
    await Promise.all([
      work('one', ['a', 'b']),
      work('two', ['b', 'a']),
      work('three', ['b', 'b']),
    ]);
    expect(
      order.filter((_word, index) => index % 2 === 0).map((word) => word.split(' ')[1]),
    ).toEqual(['begins', 'begins', 'begins']);
    expect(order).toHaveLength(6);
  });

  test('a wait ends with the build, and holds up nobody behind it', async () => {
    const daemon = fakeDaemon();
    const release = await lockCacheMounts(daemon, [mount('a')], signal);
    const cancelled = new AbortController();
    const waiting = lockCacheMounts(daemon, [mount('a')], cancelled.signal);
    const behind = lockCacheMounts(daemon, [mount('a')], signal);
    await Promise.resolve();
    cancelled.abort(new Error('build cancelled'));
    await expect(waiting).rejects.toThrow('build cancelled');
    release();
    (await behind)();
  });
});
