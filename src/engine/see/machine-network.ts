/** `GET /bottleship/network`: the machine's links, routes and packet filter, and whose each veth is. */
import type { MachineEndpoint, MachineNetworkResponse } from '../../api/machine-network.ts';
import { KindError } from '../../lib/errors.ts';
import type { Daemon } from '../daemon.ts';
import { runProgram } from '../run-program.ts';
import { parseLinks, parseRoutes, parseRules } from './network-texts.ts';

/** Each container has one link on each of its networks. */
export const linksMax = 256;
/** A published port has three rules, a network eight. */
export const rulesMax = 1024;

const bridgeFilteringPath = '/proc/sys/net/bridge/bridge-nf-call-iptables';

export async function machineNetwork(daemon: Daemon): Promise<MachineNetworkResponse> {
  await daemon.packetFilter.ready();
  const [links, routes, saved, [bridgeFiltering]] = await Promise.all([
    printed(daemon, ['ip', '-details', '-json', 'address', 'show']),
    printed(daemon, ['ip', '-json', 'route', 'show']),
    printed(daemon, ['iptables-save']),
    daemon.guest.readFiles([bridgeFilteringPath]),
  ]);
  const allLinks = parseLinks(links);
  const { chains, rules } = parseRules(saved);
  const all = endpoints(daemon);
  return {
    links: allLinks.slice(0, linksMax),
    routes: parseRoutes(routes).slice(0, linksMax),
    chains,
    rules: rules.slice(0, rulesMax),
    endpoints: all.slice(0, linksMax),
    bridgeFiltering: bridgeFiltering?.trim() === '1',
    truncated: allLinks.length > linksMax || rules.length > rulesMax || all.length > linksMax,
  };
}

function endpoints({ networks }: Daemon): MachineEndpoint[] {
  return networks.sandboxes().flatMap(({ containerId, containerName, endpoints: own }) =>
    own
      .filter(({ endpoint }) => endpoint.hostInterfaceName !== '')
      .map(({ network, endpoint }) => ({
        containerId,
        containerName,
        networkId: network.id,
        device: network.device,
        interfaceName: endpoint.interfaceName,
        hostInterfaceName: endpoint.hostInterfaceName,
        macAddress: endpoint.macAddress,
        ...(endpoint.ipv4 === undefined
          ? {}
          : { address: endpoint.ipv4.address, prefixLength: endpoint.ipv4.prefixLength }),
        ...(endpoint.ipv4?.gateway ? { gateway: endpoint.ipv4.gateway } : {}),
      })),
  );
}

async function printed(daemon: Daemon, argv: readonly [string, ...string[]]): Promise<string> {
  const cause = 'Look at the machine’s network for whoever asked';
  const { code, output, errors } = await runProgram(daemon.guest, argv, cause);
  if (code === 0) return output;
  const reason = errors.split('\n')[0] || `exit status ${code}`;
  throw new KindError('system', `Cannot run ${argv[0]}: ${reason}`);
}
