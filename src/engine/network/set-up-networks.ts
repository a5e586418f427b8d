/** Makes the networks of before on a new machine. */
import type { Daemon } from '../daemon.ts';
import { networkSteps } from './link-steps.ts';

/** One that cannot be made any more is left without its bridge: its containers' starts tell. */
export async function setUpNetworks(daemon: Daemon): Promise<void> {
  for (const network of daemon.networks.list()) {
    const steps = networkSteps(network);
    if (steps.length === 0) continue;
    const made = daemon.guest.apply({ before: steps });
    if (network.name === 'bridge') await made;
    else await made.catch(() => undefined);
  }
  // Whoever needs the rules waits for them.
  daemon.packetFilter.setUp(daemon).catch(() => undefined);
}
