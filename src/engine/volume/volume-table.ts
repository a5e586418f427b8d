/** Named directories of the machine that outlive containers. */
import type { Volume } from '../../api/volume.ts';
import { KindError } from '../../lib/errors.ts';
import { toDisposable, type Disposable } from '../../lib/disposable.ts';
import { volumeDir } from '../spec/paths.ts';

export interface VolumeEntry {
  readonly name: string;
  readonly createdMs: number;
  readonly labels: Readonly<Record<string, string>> | null;
  readonly options: Readonly<Record<string, string>> | null;
  /** Made for a container that named none; goes with it. */
  readonly anonymous: boolean;
  /** Made for a container with `--rm` that named none: gone after a restart, and so never saved. */
  readonly transient?: boolean;
  /** Its directory exists on the machine. */
  readonly prepared: boolean;
}

export class VolumeTable {
  readonly #volumes = new Map<string, VolumeEntry>();
  readonly #watchers = new Set<(name: string) => void>();

  list(): readonly VolumeEntry[] {
    return [...this.#volumes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): VolumeEntry | undefined {
    return this.#volumes.get(name);
  }

  find(name: string): VolumeEntry {
    const volume = this.#volumes.get(name);
    if (volume === undefined) throw new KindError('notFound', `get ${name}: no such volume`);
    return volume;
  }

  /** The volume of that name, made now if there is none. */
  ensure(entry: Omit<VolumeEntry, 'prepared'>): VolumeEntry {
    const known = this.#volumes.get(entry.name);
    if (known !== undefined) return known;
    const volume = { ...entry, prepared: false };
    this.#set(volume);
    return volume;
  }

  /** Whether its directory is there. A volume that is gone is passed over. */
  setPrepared(name: string, prepared: boolean): void {
    const volume = this.#volumes.get(name);
    if (volume !== undefined && volume.prepared !== prepared) this.#set({ ...volume, prepared });
  }

  /** A volume of before: nobody is told. */
  restore(volume: VolumeEntry): void {
    this.#volumes.set(volume.name, volume);
  }

  /** Calls `watcher` with the name of every volume that was made, changed or deleted. */
  watch(watcher: (name: string) => void): Disposable {
    this.#watchers.add(watcher);
    return toDisposable(() => this.#watchers.delete(watcher));
  }

  delete(name: string): void {
    if (this.#volumes.delete(name)) this.#tell(name);
  }

  #set(volume: VolumeEntry): void {
    this.#volumes.set(volume.name, volume);
    this.#tell(volume.name);
  }

  #tell(name: string): void {
    for (const watcher of this.#watchers) watcher(name);
  }
}

export function volumeMountpoint(name: string): string {
  return `${volumeDir(name)}/_data`;
}

export function volumeWire(volume: VolumeEntry): Volume {
  return {
    CreatedAt: `${new Date(volume.createdMs).toISOString().slice(0, 19)}Z`,
    Driver: 'local',
    Labels: volume.labels,
    Mountpoint: volumeMountpoint(volume.name),
    Name: volume.name,
    Options: volume.options,
    Scope: 'local',
  };
}
