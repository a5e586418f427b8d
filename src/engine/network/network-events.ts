/** Events of networks. */
import type { Network } from '../../network/model.ts';
import type { Daemon } from '../daemon.ts';

export function logNetworkEvent(
  daemon: Daemon,
  network: Network,
  options: {
    readonly action: 'create' | 'connect' | 'disconnect' | 'destroy';
    /** ID of who connects. */
    readonly container?: string;
  },
): void {
  const { action, container } = options;
  const { id, name, driver } = network;
  daemon.events.publish({
    type: 'network',
    action,
    id,
    attributes: { ...(container === undefined ? {} : { container }), name, type: driver },
  });
}
