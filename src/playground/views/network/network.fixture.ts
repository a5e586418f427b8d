/** A network reading for tests: `web` on bridge and shop, `db` on shop, `far` on bridge alone; rules as dockerd sets them. */
import type { MachineEndpoint, MachineLink, PacketRule } from '../../../api/machine-network.ts';
import { parseRulesText } from './rules.fixture.ts';
import type { NetworkReading } from './places.ts';

const link = (name: string, kind: string, ...addresses: string[]): MachineLink => ({
  name,
  index: 1,
  kind,
  macAddress: '',
  mtuBytes: 1500,
  up: true,
  addresses,
});

const endpoint = (containerName: string, networkId: string, last: number): MachineEndpoint => {
  const isShop = networkId === 'shop';
  const subnet = isShop ? '172.18.0' : '172.17.0';
  return {
    containerId: containerName,
    containerName,
    networkId,
    device: isShop ? 'br-shop' : 'docker0',
    interfaceName: 'eth0',
    hostInterfaceName: `veth-${containerName}-${networkId}`,
    macAddress: '02:42',
    address: `${subnet}.${last}`,
    prefixLength: 16,
    gateway: `${subnet}.1`,
  };
};

const network = (Id: string, device: string): NetworkReading['networks'][number] => ({
  Name: Id,
  Id,
  Created: '',
  Scope: 'local',
  Driver: 'bridge',
  EnableIPv4: true,
  EnableIPv6: false,
  IPAM: { Driver: 'default', Options: null, Config: [{ Subnet: '172.17.0.0/16' }] },
  Internal: false,
  Attachable: false,
  Ingress: false,
  ConfigFrom: { Network: '' },
  ConfigOnly: false,
  Options: { 'com.docker.network.bridge.name': device },
  Labels: {},
});

type Summary = NetworkReading['containers'][number];
const container = (Id: string, Ports: Summary['Ports'] = []): Summary => ({
  Id,
  Names: [`/${Id}`],
  Image: 'busybox',
  ImageID: '',
  Command: '',
  Created: 0,
  Ports,
  Labels: {},
  State: 'running',
  Status: 'Up',
  HostConfig: {},
  NetworkSettings: null,
  Mounts: [],
});

export function networkReading(extra: readonly PacketRule[] = []): NetworkReading {
  const { chains, rules } = parseRulesText();
  return {
    machine: {
      links: [
        link('lo', 'loopback', '127.0.0.1/8'),
        link('eth0', 'veth', '10.0.2.15/24'),
        link('docker0', 'bridge', '172.17.0.1/16'),
        link('br-shop', 'bridge', '172.18.0.1/16'),
      ],
      routes: [
        { destination: 'default', gateway: '10.0.2.2', device: 'eth0' },
        { destination: '10.0.2.0/24', device: 'eth0' },
        { destination: '172.17.0.0/16', device: 'docker0' },
        { destination: '172.18.0.0/16', device: 'br-shop' },
      ],
      chains,
      rules: [...extra, ...rules],
      endpoints: [
        endpoint('web', 'bridge', 2),
        endpoint('web', 'shop', 2),
        endpoint('db', 'shop', 3),
        endpoint('far', 'bridge', 3),
      ],
      bridgeFiltering: true,
      truncated: false,
    },
    networks: [network('shop', 'br-shop'), network('bridge', 'docker0')],
    containers: [
      container('web', [
        { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
        { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      ]),
      container('db'),
      container('far'),
    ],
  };
}
