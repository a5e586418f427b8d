/** `DELETE /networks/{name}` and `POST /networks/prune`. */
import type { NetworksPruneResponse } from '../api/network.ts';
import { KindError } from '../lib/errors.ts';
import type { Network } from '../network/model.ts';
import type { Daemon } from './daemon.ts';
import { checkFilters, matchesLabels, untilMsOf } from './filters.ts';
import { applyEach } from './guest-plans.ts';
import { networkRemoveSteps } from './network/link-steps.ts';
import { checkNotUsed } from './network/configuration.ts';
import { logNetworkEvent } from './network/network-events.ts';
import { networkRules } from './network/rules.ts';
import { isUserDefined } from './network/predefined.ts';
import type { Filters } from './server/backend/filters.ts';

export async function networkRemove(daemon: Daemon, name: string): Promise<void> {
  const network = daemon.networks.find(name);
  if (!isUserDefined(network)) {
    const message = `${network.name} is a pre-defined network and cannot be removed`;
    throw new KindError('forbidden', message);
  }
  const members = daemon.networks.members(network.id);
  if (members.length > 0) {
    const list = members
      .map(
        ({ sandbox, view }) =>
          `name:${JSON.stringify(nameOf(daemon, sandbox))} id:${JSON.stringify(view.endpoint.id.slice(0, 12))}`,
      )
      .join(', ');
    const message = `error while removing network: network ${network.name} has active endpoints (${list})`;
    throw new KindError('forbidden', message);
  }
  checkNotUsed(daemon, network);
  await removeNetwork(daemon, network);
}

function nameOf(
  daemon: Daemon,
  sandbox: { readonly containerId: string; readonly containerName: string },
): string {
  return daemon.containers.get(sandbox.containerId)?.name ?? sandbox.containerName;
}

async function removeNetwork(daemon: Daemon, network: Network): Promise<void> {
  daemon.networks.remove(network.id);
  await daemon.packetFilter.remove(daemon, networkRules(network));
  await applyEach(daemon.guest, networkRemoveSteps(network));
  if (network.configOnly !== true) logNetworkEvent(daemon, network, { action: 'destroy' });
}

/** User-defined networks that nobody is on. */
export async function networksPrune(
  daemon: Daemon,
  filters: Filters,
): Promise<NetworksPruneResponse> {
  checkFilters(filters, ['label', 'label!', 'until']);
  const untilMs = untilMsOf(filters, daemon.clock.now());
  const unused = daemon.networks
    .list()
    .filter(
      (network) =>
        isUserDefined(network) &&
        network.configOnly !== true &&
        network.createdMs < untilMs &&
        matchesLabels(filters, 'label', network.labels) &&
        !(filters.has('label!') && matchesLabels(filters, 'label!', network.labels)) &&
        daemon.networks.members(network.id).length === 0,
    );
  for (const network of unused) await removeNetwork(daemon, network);
  daemon.events.publish({
    type: 'network',
    action: 'prune',
    id: '',
    attributes: { reclaimed: '0' },
  });
  return { NetworksDeleted: unused.length === 0 ? null : unused.map(({ name }) => name) };
}
