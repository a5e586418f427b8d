/** One holder per key at a time; the others wait in line. */
import { toDisposable, type Disposable } from '../lib/disposable.ts';

export class KeyedMutex {
  readonly #tails = new Map<string, Promise<void>>();

  async acquire(key: string): Promise<Disposable> {
    const before = this.#tails.get(key);
    let release = () => {};
    const tail = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#tails.set(key, tail);
    await before;
    return toDisposable(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
      release();
    });
  }
}
