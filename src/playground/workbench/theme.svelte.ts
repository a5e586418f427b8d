/** Light or dark: the learner's choice, else what the system prefers. */
import { readKept, writeKept } from '../kept.ts';
import type { KeptStorage } from '../kept.ts';

/** In the order of the switch. */
export const themeNames = ['system', 'light', 'dark'] as const;
export type ThemeName = (typeof themeNames)[number];

const storageKey = 'bottleship.theme';

export class Theme {
  #name = $state<ThemeName>('system');
  readonly #storage: KeptStorage | undefined;

  constructor(storage?: KeptStorage) {
    this.#storage = storage;
    const kept = readKept(storage, storageKey);
    this.#name = themeNames.find((name) => name === kept) ?? 'system';
  }

  get name(): ThemeName {
    return this.#name;
  }

  choose(name: ThemeName): void {
    this.#name = name;
    writeKept(this.#storage, storageKey, name);
  }

  /** The next of the switch's. */
  next(): void {
    const at = themeNames.indexOf(this.#name);
    this.choose(themeNames[(at + 1) % themeNames.length] ?? 'system');
  }
}
