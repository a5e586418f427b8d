/** What the engine did for the last command lines, as it does it. Watched only while the view is shown. */
import { xrayEvents } from '../../../client/bottleship.ts';
import type { Disposable } from '../../../lib/disposable.ts';
import type { ViewMachine, ViewServices } from '../view-services.ts';
import { XrayCommands } from './xray-commands.ts';
import type { XrayCommand } from './xray-commands.ts';

export class XrayView implements Disposable {
  #commands = $state.raw<readonly XrayCommand[]>([]);
  #chosen = $state<string>();
  #watching = $state(false);
  #stop = new AbortController();
  #dirty = false;
  readonly #machines: Disposable;

  constructor(services: ViewServices) {
    this.#machines = services.onMachine((machine) => void this.#watch(machine));
  }

  /** The newest first. */
  get commands(): readonly XrayCommand[] {
    return this.#commands;
  }

  /** The one that was chosen, else the newest that changed something. */
  get shown(): XrayCommand | undefined {
    const chosen = this.#commands.find(({ id }) => id === this.#chosen);
    return chosen ?? this.#commands.find(({ stepCount }) => stepCount > 0) ?? this.#commands[0];
  }

  get watching(): boolean {
    return this.#watching;
  }

  choose(id: string | undefined): void {
    this.#chosen = id;
  }

  dispose(): void {
    this.#machines.dispose();
    this.#stop.abort();
  }

  async #watch({ client }: ViewMachine): Promise<void> {
    this.#stop.abort();
    const stop = new AbortController();
    this.#stop = stop;
    const { signal } = stop;
    const collected = new XrayCommands();
    this.#commands = [];
    try {
      const events = await xrayEvents(client, { signal });
      this.#watching = true;
      for await (const event of events) {
        if (signal.aborted) return;
        if (collected.add(event)) this.#changed(collected, signal);
      }
    } catch {
      // The machine is gone, or the view: the session tells, and the next machine is watched anew.
    } finally {
      if (this.#stop === stop) this.#watching = false;
    }
  }

  /** Steps come by the hundred: they are shown together, when the stream lets others run. */
  #changed(collected: XrayCommands, signal: AbortSignal): void {
    if (this.#dirty) return;
    this.#dirty = true;
    setTimeout(() => {
      this.#dirty = false;
      if (!signal.aborted) this.#commands = collected.list();
    });
  }
}
