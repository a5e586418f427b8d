/** The machine's network and the path of a packet in it, taken anew after each of the engine's events. */
import { containerList } from '../../../client/containers.ts';
import { networkList } from '../../../client/networks.ts';
import { machineNetwork } from '../../../client/see.ts';
import type { Disposable } from '../../../lib/disposable.ts';
import { LiveValue } from '../live-value.svelte.ts';
import type { ViewServices } from '../view-services.ts';
import { placeKey, sources, targets, type NetworkReading, type Place } from './places.ts';
import { tracePath, type PacketPath } from './trace-path.ts';

export class NetworkView implements Disposable {
  readonly reading: LiveValue<NetworkReading>;
  #fromKey = $state('');
  #toKey = $state('');
  readonly #sources = $derived.by(() =>
    this.reading.value === undefined ? [] : sources(this.reading.value),
  );
  readonly #targets = $derived.by(() => {
    const { value } = this.reading;
    return value === undefined || this.from === undefined ? [] : targets(value, this.from);
  });
  readonly #path = $derived.by(() => {
    const { value } = this.reading;
    if (value === undefined || this.from === undefined || this.to === undefined) return undefined;
    return tracePath(value, this.from, this.to);
  });

  constructor(services: ViewServices) {
    this.reading = new LiveValue(services, {
      isChangedBy: ({ Type }) => Type === 'container' || Type === 'network',
      ask: async (client) => {
        const [machine, networks, containers] = await Promise.all([
          machineNetwork(client),
          networkList(client),
          containerList(client, {}),
        ]);
        return { machine, networks, containers };
      },
    });
  }

  get sources(): readonly Place[] {
    return this.#sources;
  }
  /** What can be asked for from there. */
  get targets(): readonly Place[] {
    return this.#targets;
  }
  /** What was chosen, or the first there is when that is gone. */
  get from(): Place | undefined {
    return chosen(this.#sources, this.#fromKey);
  }
  get to(): Place | undefined {
    return chosen(this.#targets, this.#toKey);
  }
  get path(): PacketPath | undefined {
    return this.#path;
  }

  choose(end: 'from' | 'to', key: string): void {
    if (end === 'from') this.#fromKey = key;
    else this.#toKey = key;
  }

  dispose(): void {
    this.reading.dispose();
  }
}

function chosen(places: readonly Place[], key: string): Place | undefined {
  return places.find((place) => placeKey(place) === key) ?? places[0];
}
