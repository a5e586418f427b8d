/** The command palette while it is open: what is typed, what matches, which is chosen. */
import { containerList } from '../../client/containers.ts';
import type { ViewId } from '../views/view-services.ts';
import { commandsOf, matchingCommands } from './commands.ts';
import type { Command } from './commands.ts';
import type { Workbench } from './workbench.svelte.ts';

/** Most containers that get commands of their own. */
const containersMax = 50;

export class Palette {
  #query = $state('');
  #at = $state(0);
  #containers = $state.raw<readonly string[]>([]);
  readonly #workbench: Workbench;
  readonly #views: readonly ViewId[];

  constructor(workbench: Workbench, views: readonly ViewId[]) {
    this.#workbench = workbench;
    this.#views = views;
    void this.#askContainers();
  }

  readonly matches: readonly Command[] = $derived.by(() => {
    const sources = {
      workbench: this.#workbench,
      views: this.#views,
      containers: this.#containers,
    };
    return matchingCommands(commandsOf(sources), this.#query);
  });

  get query(): string {
    return this.#query;
  }
  get chosen(): Command | undefined {
    return this.matches[this.#at];
  }

  type(query: string): void {
    this.#query = query;
    this.#at = 0;
  }

  /** Chooses the one so many places further, around the end. */
  step(places: number): void {
    const count = this.matches.length;
    if (count > 0) this.#at = (this.#at + places + count) % count;
  }

  choose(command: Command): void {
    this.#at = Math.max(0, this.matches.indexOf(command));
  }

  async #askContainers(): Promise<void> {
    const { client } = this.#workbench;
    if (client === undefined) return;
    try {
      const containers = await containerList(client);
      const names = containers.map(({ Names, Id }) => Names[0]?.slice(1) ?? Id.slice(0, 12));
      this.#containers = names.slice(0, containersMax);
    } catch {
      // The palette has everything else.
    }
  }
}
