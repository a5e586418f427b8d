/**
 * Saves what changes. Every change of a container is told as an event, so this listens to the events; volumes tell
 * their table. What goes with `--rm` is never saved: after a restart it would be removed anyway.
 */
import { toDisposable, type Disposable } from '../../lib/disposable.ts';
import type { Container } from '../container/container.ts';
import type { Daemon } from '../daemon.ts';
import { isUserDefined } from '../network/predefined.ts';
import {
  containerPrefix,
  containerRecord,
  networkPrefix,
  networkRecord,
  volumePrefix,
  volumeRecord,
} from './records.ts';

export function keepState(daemon: Daemon): Disposable {
  const events = daemon.events.watch(({ Type: type, Actor: { ID: id } }) => {
    const container = type === 'container' ? daemon.containers.get(id) : undefined;
    if (container !== undefined) saveContainer(daemon, container);
    if (type === 'network' && id !== '') saveNetwork(daemon, id);
  });
  const volumes = daemon.volumes.watch((name) => saveVolume(daemon, name));
  return toDisposable(() => {
    events.dispose();
    volumes.dispose();
  });
}

/** One that is not there any more is forgotten; the predefined ones are made anew. */
export function saveNetwork(daemon: Daemon, id: string): void {
  const network = daemon.networks.get(id);
  if (network !== undefined && !isUserDefined(network)) return;
  daemon.state.save(networkPrefix + id, network && networkRecord(network));
}

/** One that is not there any more is forgotten. */
export function saveVolume(daemon: Daemon, name: string): void {
  const volume = daemon.volumes.get(name);
  if (volume?.transient === true) return;
  daemon.state.save(volumePrefix + name, volume && volumeRecord(volume));
}

export function saveContainer(daemon: Daemon, container: Container): void {
  if (container.hostConfig.AutoRemove === true || container.forgotten) return;
  daemon.state.save(containerPrefix + container.id, containerRecord(container));
}

/**
 * Before its files go: with the record gone, whatever a crash leaves of them is swept at the next start. The other way
 * round, half a container would come back.
 */
export async function forgetContainer(daemon: Daemon, container: Container): Promise<void> {
  container.forgotten = true;
  if (container.hostConfig.AutoRemove === true) return;
  daemon.state.save(containerPrefix + container.id, undefined);
  await daemon.state.settled();
}
