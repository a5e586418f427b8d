/** One at a time, in the order of asking. */

export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when those before it are done; their failures do not matter to it. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
