/** The three networks that every engine has: docker0's, the machine's own, and none. */
import type { Network } from '../../network/model.ts';
import { randomId, type Daemon } from '../daemon.ts';

export const predefinedNames: readonly string[] = ['bridge', 'host', 'none'];

const dockerBridge = 'docker0';
const dockerSubnet = '172.17.0.0/16';
const dockerGateway = '172.17.0.1';

export function isUserDefined({ name }: Network): boolean {
  return !predefinedNames.includes(name);
}

/** New ones with every start of the engine, as dockerd makes its bridge anew. */
export function addPredefined(daemon: Daemon): void {
  const common = {
    createdMs: daemon.startedMs,
    enableIPv4: true,
    enableIPv6: false,
    internal: false,
    attachable: false,
    labels: {},
  };
  const nothing = {
    ipam: { Driver: 'default', Options: null, Config: null },
    pools: [],
    options: {},
    device: '',
  };
  const networks: Network[] = [
    {
      ...common,
      id: randomId(daemon.random),
      name: 'bridge',
      driver: 'bridge',
      ipam: {
        Driver: 'default',
        Options: null,
        Config: [{ Subnet: dockerSubnet, Gateway: dockerGateway }],
      },
      pools: [{ subnet: dockerSubnet, gateway: dockerGateway, auxiliary: {} }],
      options: {
        'com.docker.network.bridge.default_bridge': 'true',
        'com.docker.network.bridge.enable_icc': 'true',
        'com.docker.network.bridge.enable_ip_masquerade': 'true',
        'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
        'com.docker.network.bridge.name': dockerBridge,
        'com.docker.network.driver.mtu': '1500',
      },
      device: dockerBridge,
    },
    { ...common, ...nothing, id: randomId(daemon.random), name: 'host', driver: 'host' },
    { ...common, ...nothing, id: randomId(daemon.random), name: 'none', driver: 'null' },
  ];
  for (const network of networks) daemon.networks.add(network);
}
