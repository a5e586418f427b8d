/** The way out of a machine in this process: the gateway's policy without a WebSocket between. */
import type { Egress } from '../egress/egress.ts';
import type { EgressConfig } from '../proxy/egress-config.ts';
import { EgressGateway } from '../proxy/egress-gateway.ts';
import { systemResolver, type Resolver } from '../proxy/upstream.ts';
import { dialDatagrams } from './egress-dial-datagrams.ts';
import { dialAddress } from './egress-dial.ts';

export function createLocalEgress(
  config: EgressConfig,
  resolver: Resolver = systemResolver,
): Egress {
  return new EgressGateway(config, { resolver, dial: dialAddress, dialDatagrams }).session('local');
}
