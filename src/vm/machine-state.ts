/** The state of a machine and who wants to know: shared by the machine, its proxy and the fake. */
import type { Disposable } from '../lib/disposable.ts';
import { Listeners } from './listeners.ts';
import type { MachineState } from './machine.ts';

export class MachineStateHolder {
  readonly #listeners = new Listeners<MachineState>();
  #state: MachineState = { phase: 'off' };

  get current(): MachineState {
    return this.#state;
  }

  /** A failure is final: later changes are ignored. */
  set(state: MachineState): void {
    if (this.#state.phase === 'failed') return;
    this.#state = state;
    this.#listeners.emit(state);
  }

  fail(cause: string): void {
    this.set({ phase: 'failed', cause });
  }

  /** Calls the listener with the state as it is, then with every change. */
  onState(listener: (state: MachineState) => void): Disposable {
    const subscription = this.#listeners.add(listener);
    listener(this.#state);
    return subscription;
  }

  clear(): void {
    this.#listeners.clear();
  }
}
