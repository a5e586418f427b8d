/**
 * Stands the engine still for a moment, so that what it knows and what the machine holds agree: nothing starts, stops
 * or is removed, and every line of every log is in its file.
 */
import { deferred } from '../../guest/deferred.ts';
import { toDisposable, type Disposable } from '../../lib/disposable.ts';
import { KindError } from '../../lib/errors.ts';
import type { Daemon } from '../daemon.ts';

/** A stop may take its ten seconds; what takes longer is told. */
const patienceMs = 20_000;

/** Rejects `conflict` with the name of a container that is too busy. The machine must run meanwhile. */
export async function holdEngine(daemon: Daemon): Promise<Disposable> {
  const released = deferred<void>();
  const release = toDisposable(() => released.resolve());
  const giveUp = new AbortController();
  try {
    for (const container of daemon.containers.list()) {
      const held = deferred<void>();
      void container.mutex.run(() => {
        held.resolve();
        return released.promise;
      });
      const busy = daemon.clock.delay(patienceMs, giveUp.signal).then(() => {
        const message = `Cannot hold the machine: container ${container.name} is busy`;
        throw new KindError('conflict', message);
      });
      busy.catch(() => undefined);
      await Promise.race([held.promise, busy]);
    }
    await Promise.all(daemon.containers.list().map(({ logFile }) => logFile?.close()));
    await daemon.packetFilter.ready();
    await daemon.state.settled();
    return release;
  } catch (error) {
    release.dispose();
    throw error;
  } finally {
    giveUp.abort();
  }
}
