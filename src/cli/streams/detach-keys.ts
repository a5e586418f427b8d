/** Watches typed bytes for the key sequence that detaches from a container. */

import type { CommandContext } from '../command/command.ts';

/** Ctrl-P, Ctrl-Q. */
const defaultKeys: readonly number[] = [16, 17];

/** `ctrl-p,ctrl-q`, `a,b`; undefined when it names no keys. */
export function parseDetachKeys(text: string): readonly number[] | undefined {
  if (text === '') return defaultKeys;
  const codes: number[] = [];
  for (const key of text.split(',')) {
    if (key.length === 1) {
      codes.push(key.charCodeAt(0));
      continue;
    }
    const control = /^ctrl-([a-z@[\\\]^_])$/.exec(key)?.[1];
    if (control === undefined) return undefined;
    codes.push(control.toUpperCase().charCodeAt(0) - 64);
  }
  return codes;
}

/** Of the command line, or of the configuration. */
export function detachKeysOf({ flags, config }: CommandContext): string {
  return flags.changed('detach-keys') ? flags.string('detach-keys') : config.string('detachKeys');
}

/** Passes bytes on, holding back those that may begin the sequence. */
export class DetachWatcher {
  readonly #keys: readonly number[];
  #matched = 0;

  constructor(keys: readonly number[] | undefined) {
    this.#keys = keys ?? defaultKeys;
  }

  /** What to pass on; `detached` when the sequence is complete, and then nothing after it counts. */
  push(chunk: Uint8Array): { readonly bytes: Uint8Array; readonly detached: boolean } {
    const passed: number[] = [];
    for (const byte of chunk) {
      if (byte === this.#keys[this.#matched]) {
        this.#matched += 1;
        if (this.#matched === this.#keys.length) {
          return { bytes: Uint8Array.from(passed), detached: true };
        }
        continue;
      }
      passed.push(...this.#keys.slice(0, this.#matched));
      this.#matched = byte === this.#keys[0] ? 1 : 0;
      if (this.#matched === 0) passed.push(byte);
    }
    return { bytes: Uint8Array.from(passed), detached: false };
  }
}
