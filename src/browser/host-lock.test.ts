import { describe, expect, it } from 'vitest';
import { enterHosts } from './host-lock.ts';

type Callback = (lock: Lock | null) => Promise<unknown>;

/** One lock name, shared or exclusive, as Web Locks grant it. */
function createFakeLocks() {
  let shared = 0;
  let exclusive = false;
  const waiting: (() => void)[] = [];
  const lock: Lock = { name: 'n', mode: 'exclusive' };
  const request = async (_name: string, options: LockOptions, run: Callback) => {
    if (options.mode === 'shared') {
      if (exclusive) await new Promise<void>((resolve) => waiting.push(resolve));
      shared += 1;
      return run(lock);
    }
    if (exclusive || shared > 0) return run(null);
    exclusive = true;
    try {
      return await run(lock);
    } finally {
      exclusive = false;
      for (const wake of waiting.splice(0)) wake();
    }
  };
  return { request, query: async () => ({}) } as unknown as LockManager;
}

describe('enterHosts()', () => {
  it('runs what needs solitude for the first host and not for a later one', async () => {
    const locks = createFakeLocks();
    const ran: string[] = [];
    const enter = (host: string) =>
      enterHosts(locks, { name: 'n', whenAlone: async () => void ran.push(host) });
    await enter('first');
    await enter('second');
    expect(ran).toEqual(['first']);
  });

  it('keeps a host that starts meanwhile waiting', async () => {
    const locks = createFakeLocks();
    const order: string[] = [];
    let finish = () => {};
    const sweeping = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const first = enterHosts(locks, {
      name: 'n',
      whenAlone: () => sweeping.then(() => void order.push('swept')),
    });
    const second = enterHosts(locks, {
      name: 'n',
      whenAlone: async () => void order.push('swept twice'),
    }).then(() => order.push('second'));
    await Promise.resolve();
    finish();
    await Promise.all([first, second]);
    expect(order).toEqual(['swept', 'second']);
  });
});
