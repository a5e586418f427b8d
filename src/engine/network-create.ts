/** `POST /networks/create`. */
import type {
  Ipam,
  IpamConfig,
  NetworkCreateRequest,
  NetworkCreateResponse,
} from '../api/network.ts';
import { errorMessage, KindError } from '../lib/errors.ts';
import { checkIpam } from '../network/check-ipam.ts';
import { makePools } from '../network/make-pools.ts';
import {
  networkDrivers,
  type Network,
  type NetworkDriver,
  type NetworkPool,
} from '../network/model.ts';
import { randomId, type Daemon } from './daemon.ts';
import { checkNetworkOptions } from './network/check-options.ts';
import { withConfiguration } from './network/configuration.ts';
import { networkRemoveSteps, networkSteps } from './network/link-steps.ts';
import { machineSubnets } from './network/machine-network.ts';
import { logNetworkEvent } from './network/network-events.ts';
import { networkRules } from './network/rules.ts';
import { predefinedNames } from './network/predefined.ts';
import { applyEach } from './guest-plans.ts';

/** Fields that a client may leave out. */
export type NetworkCreateOptions = Partial<NetworkCreateRequest> & { readonly Name?: string };

export async function networkCreate(
  daemon: Daemon,
  request: NetworkCreateOptions,
): Promise<NetworkCreateResponse> {
  const name = request.Name ?? '';
  checkName(daemon, name);
  const network = decideNetwork(daemon, { ...request, Name: name });
  await checkParent(daemon, network);
  daemon.networks.add(network);
  try {
    await daemon.guest.apply({ before: networkSteps(network) });
    await daemon.packetFilter.add(daemon, networkRules(network));
  } catch (error) {
    daemon.networks.remove(network.id);
    await applyEach(daemon.guest, networkRemoveSteps(network));
    throw new KindError('system', errorMessage(error), { cause: error });
  }
  logNetworkEvent(daemon, network, { action: 'create' });
  return { Id: network.id, Warning: '' };
}

/** What a macvlan is to stand on has to be there, unless the network makes it. */
async function checkParent(daemon: Daemon, network: Network): Promise<void> {
  const { driver, device } = network;
  const isVirtual = driver === 'macvlan' || driver === 'ipvlan';
  if (!isVirtual || networkSteps(network).length > 0) return;
  try {
    await daemon.guest.stat(`/sys/class/net/${device}`);
  } catch (cause) {
    const message = `invalid subinterface vlan name ${device}, example formatting is eth0.10`;
    throw new KindError('invalidParameter', message, { cause });
  }
}

function checkName(daemon: Daemon, name: string): void {
  if (predefinedNames.includes(name) || name === 'default') {
    const message = `operation is not permitted on predefined ${name} network `;
    throw new KindError('forbidden', message);
  }
  if (name.trim() === '') throw new KindError('invalidParameter', 'invalid name: name is empty');
  if (daemon.networks.named(name) !== undefined)
    throw new KindError('conflict', `network with name ${name} already exists`);
}

function decideNetwork(daemon: Daemon, asked: NetworkCreateOptions): Network {
  const request = withConfiguration(daemon, asked);
  const configOnly = request.ConfigOnly === true;
  const driver = configOnly ? 'null' : checkDriver(request.Driver || 'bridge');
  checkScope(request);
  const enableIPv6 = request.EnableIPv6 === true;
  const enableIPv4 = request.EnableIPv4 !== false;
  const ipam = ipamOf(request);
  if (!enableIPv4 && !enableIPv6)
    throw new KindError('invalidParameter', 'IPv4 or IPv6 must be enabled');
  checkIpam(ipam, enableIPv6);
  if (ipam.Driver !== 'default') {
    const message = `failed to find ipam driver: could not find plugin ${ipam.Driver}`;
    throw new KindError('notFound', message);
  }
  const options = request.Options ?? {};
  const id = randomId(daemon.random);
  const common = {
    id,
    name: request.Name ?? '',
    driver,
    createdMs: daemon.clock.now(),
    enableIPv4,
    enableIPv6,
    internal: request.Internal === true,
    attachable: request.Attachable === true,
    options,
    labels: request.Labels ?? {},
  };
  if (configOnly) return { ...common, ipam, pools: [], device: '', configOnly };
  const device = checkNetworkOptions(daemon, { id, driver, options });
  const used = [...daemon.networks.subnets(), ...machineSubnets];
  const pools = makePools({ ipam, enableIPv4, enableIPv6, used, random: daemon.random });
  const configs = ipam.Config ?? [];
  if (driver === 'bridge') checkSubnetCount(configs);
  const configFrom = asked.ConfigFrom?.Network ?? '';
  return {
    ...common,
    ipam: { ...ipam, Config: pools.map((pool) => shownPool(pool, configs)) },
    pools,
    device,
    askedRanges: configs.map(({ Subnet = '', IPRange }) => IPRange || Subnet),
    ...(configFrom === '' ? {} : { configFrom }),
  };
}

function ipamOf({ IPAM }: NetworkCreateOptions): Ipam {
  const { Driver, Options = null, Config = null } = IPAM ?? { Driver: '' };
  return { Driver: Driver || 'default', Options, Config };
}

/** What a bridge can have: one subnet of each family. */
function checkSubnetCount(configs: readonly IpamConfig[]): void {
  const v6Count = configs.filter(({ Subnet = '' }) => Subnet.includes(':')).length;
  if (v6Count > 1 || configs.length - v6Count > 1)
    throw new KindError('forbidden', "bridge driver doesn't support multiple subnets");
}

/** There is no swarm here. */
function checkScope({ Scope = '', Ingress = false }: NetworkCreateOptions): void {
  if (Ingress) throw new KindError('forbidden', 'Ingress network can only be global scope network');
  if (Scope === 'swarm') {
    const message = 'cannot create a swarm scoped network when swarm is not active';
    throw new KindError('forbidden', message);
  }
}

/** As it was asked for; what dockerd chose itself with its gateway. */
function shownPool({ subnet, gateway }: NetworkPool, asked: readonly IpamConfig[]): IpamConfig {
  const own = asked.find(({ Subnet }) => Subnet === subnet);
  if (own === undefined) return { Subnet: subnet, Gateway: gateway };
  const { IPRange, Gateway, AuxiliaryAddresses = {} } = own;
  return {
    Subnet: subnet,
    ...(IPRange ? { IPRange } : {}),
    ...(Gateway ? { Gateway } : {}),
    ...(Object.keys(AuxiliaryAddresses).length === 0 ? {} : { AuxiliaryAddresses }),
  };
}

function checkDriver(name: string): NetworkDriver {
  if (name === 'host' || name === 'null') {
    const message = `only one instance of "${name}" network is allowed`;
    throw new KindError('forbidden', message);
  }
  if (name === 'overlay') {
    const message =
      'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';
    throw new KindError('forbidden', message);
  }
  const known = networkDrivers.find((driver) => driver === name);
  if (known !== undefined) return known;
  const message = `could not find plugin ${name} in v1 plugin registry: plugin not found`;
  throw new KindError('notFound', message);
}
