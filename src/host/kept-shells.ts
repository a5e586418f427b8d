/** Shells of the machine that go on when it is saved and restored: who opens one gets those of before first. */
import type { Guest, GuestProcess } from '../guest/guest.ts';
import { type ShellSize, shellPlan } from './machine-shell.ts';

/** More shells than a page opens. */
const countMax = 64;

export class KeptShells {
  readonly #guest: Guest;
  readonly #taken = new Set<string>();

  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /** A shell of before, which shows its prompt anew, or a new one. */
  async open(size: ShellSize): Promise<GuestProcess> {
    const { key, process } = this.#orphan() ?? { key: this.#freeKey(), process: undefined };
    if (key !== undefined) this.#taken.add(key);
    try {
      const shell =
        process ?? (await this.#guest.run(shellPlan(size), key === undefined ? {} : { key }));
      const forget = (): void => void (key !== undefined && this.#taken.delete(key));
      shell.exit.then(forget, forget);
      if (process !== undefined) await redraw(process, size);
      return shell;
    } catch (error) {
      if (key !== undefined) this.#taken.delete(key);
      throw error;
    }
  }

  #orphan(): { key: string; process: GuestProcess } | undefined {
    for (const key of keys()) {
      const process = this.#guest.adopt(key);
      if (process !== undefined) return { key, process };
    }
    return undefined;
  }

  #freeKey(): string | undefined {
    for (const key of keys()) if (!this.#taken.has(key)) return key;
    return undefined;
  }
}

/** A screen that begins empty: programs draw theirs when its size changes. */
async function redraw(process: GuestProcess, { columns, rows }: ShellSize): Promise<void> {
  await process.resize(columns, Math.max(1, rows - 1));
  await process.resize(columns, rows);
}

function* keys(): Iterable<string> {
  for (let number = 0; number < countMax; number += 1) yield `shell/${number}`;
}
