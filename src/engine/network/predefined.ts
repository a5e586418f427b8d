/** The three networks that every engine has: docker0's, the machine's own, and none. */
import type { Network } from '../../network/model.ts';
import type { Daemon } from '../daemon.ts';

export const predefinedNames: readonly string[] = ['bridge', 'host', 'none'];

/** SHA-256 of `bottleship network <name>`: a container that was stopped finds its network by ID after a restart. */
const predefinedIds = {
  bridge: 'd853920a53cade4e3e0b293fd7295dd025a79ba323d2859b6ddc9ee77f813e78',
  host: '6af457829b71f2ba87164b054b26fd28f3be100d8ed3ecdc1e4ebf2e44f201c8',
  none: '049d5aa0402a94e431366b52dc2f69e141335068645d6f47a79b9916247495fc',
} as const;

const dockerBridge = 'docker0';
const dockerSubnet = '172.17.0.0/16';
const dockerGateway = '172.17.0.1';

export function isUserDefined({ name }: Network): boolean {
  return !predefinedNames.includes(name);
}

/** The same ones with every start of the engine. */
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
      id: predefinedIds.bridge,
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
    { ...common, ...nothing, id: predefinedIds.host, name: 'host', driver: 'host' },
    { ...common, ...nothing, id: predefinedIds.none, name: 'none', driver: 'null' },
  ];
  for (const network of networks) daemon.networks.add(network);
}
