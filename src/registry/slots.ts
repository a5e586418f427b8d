/** A number of slots; who finds none free waits in line. */
import { toDisposable, type Disposable } from '../lib/disposable.ts';

export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Takes a slot; `onWait` is called when none is free at once. */
  async acquire(onWait: () => void): Promise<Disposable> {
    if (this.#free > 0) {
      this.#free -= 1;
    } else {
      onWait();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return toDisposable(() => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    });
  }
}
