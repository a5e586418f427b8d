/** Networks that hold the configuration of others: `--config-only`, and `--config-from` that takes it. */
import type { NetworkCreateRequest } from '../../api/network.ts';
import { KindError } from '../../lib/errors.ts';
import type { Network } from '../../network/model.ts';
import type { Daemon } from '../daemon.ts';

/** The request, with what the network that it names has; throws in dockerd's words. */
export function withConfiguration(
  daemon: Daemon,
  request: Partial<NetworkCreateRequest>,
): Partial<NetworkCreateRequest> {
  const from = request.ConfigFrom?.Network ?? '';
  if (from === '') return request;
  if (request.ConfigOnly === true)
    throw forbidden('a configuration network cannot depend on another configuration network');
  const source = daemon.networks.named(from);
  if (source?.configOnly !== true) {
    const message = `configuration network ${JSON.stringify(from)} does not exist`;
    throw new KindError('notFound', message);
  }
  checkNothingElse(request);
  const { enableIPv6, ipam, options, labels } = source;
  return { ...request, EnableIPv6: enableIPv6, IPAM: ipam, Options: options, Labels: labels };
}

function checkNothingElse(request: Partial<NetworkCreateRequest>): void {
  const { IPAM, Labels = {}, Options = {}, EnableIPv6 = false } = request;
  const { Driver = '', Options: ipamOptions, Config } = IPAM ?? {};
  const isOwn =
    EnableIPv6 ||
    !['', 'default'].includes(Driver) ||
    Object.keys({ ...Labels, ...ipamOptions }).length > 0 ||
    (Config ?? []).length > 0;
  const when = 'not supported if the network depends on a configuration network';
  if (isOwn) throw forbidden(`user specified configurations are ${when}`);
  if (Object.keys(Options).length > 0) throw forbidden(`network driver options are ${when}`);
}

/** Throws when others have their configuration from this one. */
export function checkNotUsed(daemon: Daemon, { name, configOnly }: Network): void {
  if (configOnly !== true) return;
  if (!daemon.networks.list().some(({ configFrom }) => configFrom === name)) return;
  const what = `configuration network ${JSON.stringify(name)} is in use`;
  throw forbidden(`error while removing network: ${what}`);
}

function forbidden(message: string): KindError {
  return new KindError('forbidden', message);
}
