/** A set of callbacks, each removed by disposing what adding it returned. */
import type { Disposable } from '../lib/disposable.ts';
import { toDisposable } from '../lib/disposable.ts';

export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  add(listener: (value: T) => void): Disposable {
    // A wrapper of its own, so that the same function may be added twice.
    const own = (value: T): void => listener(value);
    this.#listeners.add(own);
    return toDisposable(() => this.#listeners.delete(own));
  }

  emit(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }

  clear(): void {
    this.#listeners.clear();
  }
}
