/** Who this engine is (`ID` of `GET /info`): made once for a data root, as the `engine-id` file of dockerd's. */
import type { JsonRecord } from './records.ts';
import type { StateStore } from './state-store.ts';
import { hexOf } from '../../lib/hex.ts';

export const identityPrefix = 'engine/';

const key = `${identityPrefix}id`;

export class EngineIdentity {
  #id: string;

  /** Until `restore()` it is an ID of its own. */
  constructor(random: (count: number) => Uint8Array) {
    this.#id = uuid(random);
  }

  get id(): string {
    return this.#id;
  }

  /** Is the engine of a saved machine from now on. */
  become(id: string, state: StateStore): void {
    this.#id = id;
    state.save(key, { id });
  }

  /** Takes the ID of before, or keeps the new one from now on. */
  async restore(state: StateStore): Promise<void> {
    const known = (await state.load(identityPrefix)).map(readId).find((id) => id !== undefined);
    if (known === undefined) state.save(key, { id: this.#id });
    else this.#id = known;
  }
}

function readId({ id }: JsonRecord): string | undefined {
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** RFC 9562, version 4. */
function uuid(random: (count: number) => Uint8Array): string {
  const bytes = random(16).slice();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const digits = hexOf(bytes);
  return [0, 8, 12, 16, 20].map((from, at, starts) => digits.slice(from, starts[at + 1])).join('-');
}
