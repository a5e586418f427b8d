/**
 * Which workers are alive. A worker holds a lock named after its session for as long as it lives; the browser lets go
 * of it however the worker ends. So leftovers can be told from work in progress.
 */
import { toDisposable, type Disposable } from '../lib/disposable.ts';

export interface SessionLocks {
  /** Holds `name` until disposed or until the worker is gone. */
  hold(name: string): Promise<Disposable>;
  /** The names that any worker of this origin holds. */
  held(): Promise<ReadonlySet<string>>;
}

/** Web Locks, https://w3c.github.io/web-locks/. */
export function createWebLocks(locks: LockManager): SessionLocks {
  return {
    hold: (name) =>
      new Promise((resolve, reject) => {
        const holding = locks.request(name, () => {
          const { promise, release } = gate();
          resolve(toDisposable(release));
          return promise;
        });
        holding.catch(reject);
      }),
    async held() {
      const { held = [] } = await locks.query();
      return new Set(held.flatMap(({ name }) => (name === undefined ? [] : [name])));
    },
  };
}

function gate(): { promise: Promise<void>; release: () => void } {
  let release = () => {};
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}
