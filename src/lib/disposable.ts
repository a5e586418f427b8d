/** Lifetimes: every long-lived object has `dispose()`, and its owner registers it in a store. */

export interface Disposable {
  /** Releases what the object holds. Idempotent. */
  dispose(): void;
}

/** Makes a Disposable of a function that is called at most once. */
export function toDisposable(release: () => void): Disposable {
  let done = false;
  return {
    dispose() {
      if (done) return;
      done = true;
      release();
    },
  };
}

/** Owns disposables and releases them last-in first-out; adding to a disposed store releases at once. */
export class DisposableStore implements Disposable {
  #items: Disposable[] = [];
  #disposed = false;

  add<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#items.push(item);
    return item;
  }

  dispose(): void {
    this.#disposed = true;
    for (const item of this.#items.splice(0).reverse()) item.dispose();
  }
}
