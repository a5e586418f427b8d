/** Named directories of the machine that outlive containers. */
import type { Volume } from '../../api/volume.ts';
import { KindError } from '../../lib/errors.ts';
import { volumeDir } from '../spec/paths.ts';

export interface VolumeEntry {
  readonly name: string;
  readonly createdMs: number;
  readonly labels: Readonly<Record<string, string>> | null;
  readonly options: Readonly<Record<string, string>> | null;
  /** Made for a container that named none; goes with it. */
  readonly anonymous: boolean;
  /** Its directory exists on the machine. */
  prepared: boolean;
}

export class VolumeTable {
  readonly #volumes = new Map<string, VolumeEntry>();

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
    this.#volumes.set(entry.name, volume);
    return volume;
  }

  delete(name: string): void {
    this.#volumes.delete(name);
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
