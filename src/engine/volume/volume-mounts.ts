/**
 * Volumes that are mounts of their own (`docker volume create -o type=tmpfs …`): mounted on the machine when somebody
 * comes to need them, unmounted when nobody does any more. What is needed for how long is known by holders: a
 * container's ID while it runs, a name of their own for whoever looks at its files.
 */
import type { SetupOperation } from '../../guest/plan.ts';
import { mountFlags } from '../../guest/linux.ts';
import { KindError } from '../../lib/errors.ts';
import { Mutex } from '../../lib/mutex.ts';
import type { Container } from '../container/container.ts';
import { errnoText, setupFailure } from '../container/start-error.ts';
import type { Daemon } from '../daemon.ts';
import { applyEach } from '../guest-plans.ts';
import { parseMountOptions } from '../spec/mount-options.ts';
import { volumeMountpoint, type VolumeEntry } from './volume-table.ts';

export class VolumeMounts {
  readonly #holders = new Map<string, Set<string>>();
  readonly #mutex = new Mutex();

  /** Who holds which volume. */
  save(): (readonly [volume: string, holders: readonly string[]])[] {
    return Array.from(this.#holders, ([name, holders]) => [name, [...holders]] as const);
  }

  /** On a machine that was restored, with everything mounted. */
  restore(saved: readonly (readonly [volume: string, holders: readonly string[]])[]): void {
    for (const [name, holders] of saved) this.#holders.set(name, new Set(holders));
  }

  /** Mounts what of a container's volumes needs it. Idempotent for a holder; a failure holds nothing. */
  async hold(daemon: Daemon, container: Container, holder: string): Promise<void> {
    const volumes = ownMounts(daemon, container);
    if (volumes.length === 0) return;
    try {
      await this.#mutex.run(async () => {
        for (const volume of volumes) await this.#mount(daemon, volume, holder);
      });
    } catch (error) {
      await this.release(daemon, holder);
      throw error;
    }
  }

  /** Never rejects: what cannot be unmounted now goes with the machine. */
  async release(daemon: Daemon, holder: string): Promise<void> {
    if (![...this.#holders.values()].some((holders) => holders.has(holder))) return;
    await this.#mutex.run(async () => {
      for (const [name, holders] of this.#holders) {
        if (!holders.delete(holder) || holders.size > 0) continue;
        this.#holders.delete(name);
        const cause = 'Nobody needs the volume any more';
        const target = volumeMountpoint(name);
        await applyEach(daemon.guest, [
          { operation: { op: 'umount', target, detach: true }, cause },
        ]);
      }
    });
  }

  async #mount(daemon: Daemon, volume: VolumeEntry, holder: string): Promise<void> {
    const holders = this.#holders.get(volume.name);
    if (holders !== undefined) {
      holders.add(holder);
      return;
    }
    const cause = 'The volume is a file system of its own: mount it where volumes are';
    const operation = mountOperation(volume);
    const path = volumeMountpoint(volume.name);
    try {
      await daemon.guest.apply({
        before: [
          { operation: { op: 'mkdir', path, mode: 0o755, parents: true }, cause },
          { operation, cause },
        ],
      });
    } catch (error) {
      throw mountError(operation, error);
    }
    this.#holders.set(volume.name, new Set([holder]));
  }
}

/** Whether a volume is more than a directory. */
export function isOwnMount({ options }: VolumeEntry): boolean {
  return options?.['device'] !== undefined && options['device'] !== '';
}

function ownMounts(daemon: Daemon, { mountPoints }: Container): VolumeEntry[] {
  const names = mountPoints.filter(({ type }) => type === 'volume').map(({ name }) => name);
  return [...new Set(names)]
    .map((name) => daemon.volumes.get(name))
    .filter((volume) => volume !== undefined)
    .filter(isOwnMount);
}

type MountOperation = Extract<SetupOperation, { op: 'mount' }>;

function mountOperation({ name, options }: VolumeEntry): MountOperation {
  const { type = '', device = '', o: words = '' } = options ?? {};
  const { flags, propagation, data } = parseMountOptions(words.split(','));
  return {
    op: 'mount',
    source: device,
    target: volumeMountpoint(name),
    fstype: type,
    flags: [...flags, ...propagation],
    data,
  };
}

/** In the words of dockerd's driver. */
function mountError(operation: MountOperation, error: unknown): unknown {
  const failure = setupFailure(error);
  if (failure === undefined) return error;
  const { source, target, data } = operation;
  const flags = operation.flags.reduce((sum, flag) => sum | mountFlags[flag], 0);
  const details = [
    `mount ${source}:${target}`,
    ...(flags === 0 ? [] : [`flags: 0x${flags.toString(16)}`]),
    ...(data === '' ? [] : [`data: ${data}`]),
  ].join(', ');
  const reason = `failed to mount local volume: ${details}: ${errnoText(failure.errnoName)}`;
  const message = `error while mounting volume '${target}': ${reason}`;
  return new KindError('system', message, { cause: failure });
}
