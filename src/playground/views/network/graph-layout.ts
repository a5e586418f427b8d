/**
 * Where everything is in the picture of the network: the machine with its card and bridges left, networks in the
 * middle, containers right, published ports on the edge. Pure, and the same for the same reading: sizes in pixels.
 */
import type { MachineEndpoint } from '../../../api/machine-network.ts';
import { publishedPlaces, type NetworkReading } from './places.ts';

export interface GraphNode {
  readonly id: string;
  readonly kind: 'machine' | 'link' | 'network' | 'container' | 'port';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly lines: readonly string[];
}

export interface GraphEdge {
  readonly id: string;
  readonly kind: 'bridge' | 'veth' | 'port';
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
}

export interface NetworkGraph {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

const margin = 12;
const gap = 16;
const lineHeight = 18;
const titleHeight = 30;
const machineInset = 12;
const columns = {
  machine: { x: margin, width: 176 },
  network: { x: 218, width: 150 },
  container: { x: 400, width: 190 },
  port: { x: 620, width: 128 },
} as const;

/** `machineTitle` is the only word in the picture that is not a name. */
export function layoutGraph(reading: NetworkReading, machineTitle: string): NetworkGraph {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const networks = placeNetworks(reading);
  const links = placeLinks(reading, networks);
  const bottom = Math.max(margin + titleHeight, ...links.map(({ y, height }) => y + height));
  nodes.push(
    {
      id: 'machine', kind: 'machine', ...columns.machine, y: margin,
      height: bottom + machineInset - margin, title: machineTitle, lines: [],
    },
    ...links,
    ...networks,
  ); // prettier-ignore
  for (const network of networks) {
    const bridge = links.find(({ id }) => id === `link:${deviceOf(reading, network.id)}`);
    if (bridge === undefined) continue;
    edges.push({ id: `bridge:${network.id}`, kind: 'bridge', from: right(bridge), to: left(network) }); // prettier-ignore
  }
  placeContainers(reading, { networks, nodes, edges });
  const height = Math.max(...nodes.map((node) => node.y + node.height)) + margin;
  const isWide = nodes.some(({ kind }) => kind === 'port');
  const last = isWide ? columns.port : columns.container;
  return { width: last.x + last.width + margin, height, nodes, edges };
}

/** Bridges, Docker's own first. */
function placeNetworks({ networks }: NetworkReading): GraphNode[] {
  const shown = networks
    .filter(({ Driver }) => Driver === 'bridge')
    .toSorted((a, b) => rank(a.Name) - rank(b.Name) || (a.Name < b.Name ? -1 : 1));
  const height = titleHeight + 2 * lineHeight;
  return shown.map(({ Id, Name, IPAM, Internal }, index) => ({
    id: Id,
    kind: 'network' as const,
    ...columns.network,
    y: margin + titleHeight + (titleHeight + lineHeight + gap) + index * (height + gap),
    height,
    title: Name,
    lines: [IPAM.Config?.[0]?.Subnet ?? '', Internal ? 'internal' : 'bridge'],
  }));
}

function rank(name: string): number {
  return name === 'bridge' ? 0 : 1;
}

/** The machine's card above, each network's bridge beside it. */
function placeLinks(reading: NetworkReading, networks: readonly GraphNode[]): GraphNode[] {
  const x = columns.machine.x + machineInset;
  const width = columns.machine.width - 2 * machineInset;
  const height = titleHeight + lineHeight;
  const node = (name: string, y: number): GraphNode => {
    const link = reading.machine.links.find((one) => one.name === name);
    const address = link?.addresses.find((one) => !one.includes(':')) ?? '';
    return { id: `link:${name}`, kind: 'link', x, y, width, height, title: name, lines: [address] };
  };
  const out = reading.machine.routes.find(({ destination }) => destination === 'default')?.device;
  const bridges = networks.map((network) => ({ network, device: deviceOf(reading, network.id) }));
  return [
    ...(out === undefined ? [] : [node(out, margin + titleHeight)]),
    ...bridges.flatMap(({ network, device }) => (device === '' ? [] : [node(device, network.y)])),
  ];
}

/** As dockerd calls it, unless the user did. */
function deviceOf({ networks }: NetworkReading, id: string): string {
  const network = networks.find(({ Id }) => Id === id);
  return network === undefined
    ? ''
    : (network.Options?.['com.docker.network.bridge.name'] ?? `br-${id.slice(0, 12)}`);
}

interface Canvas {
  readonly networks: readonly GraphNode[];
  readonly nodes: GraphNode[];
  readonly edges: GraphEdge[];
}

function placeContainers(reading: NetworkReading, { networks, nodes, edges }: Canvas): void {
  const order = (networkId: string): number => networks.findIndex(({ id }) => id === networkId);
  const containers = [...new Set(reading.machine.endpoints.map(({ containerId }) => containerId))]
    .map((id) => ({
      id,
      own: reading.machine.endpoints
        .filter(({ containerId }) => containerId === id)
        .toSorted((a, b) => order(a.networkId) - order(b.networkId)),
    }))
    .map(({ id, own }) => ({ id, own, first: order(own[0]?.networkId ?? ''), name: nameOf(own) }))
    .toSorted((a, b) => a.first - b.first || (a.name < b.name ? -1 : 1));
  let y = margin;
  for (const { id, own, name } of containers) {
    const ports = publishedPlaces(reading).filter(({ containerId }) => containerId === id);
    const lines = own.flatMap((endpoint) => [
      `${endpoint.interfaceName} ${endpoint.address ?? ''}`,
      `⇄ ${endpoint.hostInterfaceName}`,
    ]);
    const portsHeight = ports.length * (titleHeight + 6);
    const height = Math.max(titleHeight + lines.length * lineHeight + 6, portsHeight);
    const node: GraphNode = { id, kind: 'container', ...columns.container, y, height, title: name, lines }; // prettier-ignore
    nodes.push(node);
    own.forEach((endpoint, index) => {
      const network = networks.find(({ id: networkId }) => networkId === endpoint.networkId);
      if (network === undefined) return;
      const at = y + titleHeight + (index * 2 + 0.5) * lineHeight;
      edges.push({ id: `veth:${endpoint.hostInterfaceName}`, kind: 'veth', from: right(network), to: { x: node.x, y: at } }); // prettier-ignore
    });
    ports.forEach(({ hostAddress, hostPort, containerPort, protocol }, index) => {
      const port: GraphNode = {
        id: `port:${protocol}/${hostAddress}/${hostPort}`, kind: 'port', ...columns.port,
        y: y + index * (titleHeight + 6), height: titleHeight,
        title: `${hostPort} → ${containerPort}/${protocol}`, lines: [],
      }; // prettier-ignore
      nodes.push(port);
      edges.push({ id: `edge:${port.id}`, kind: 'port', from: { x: node.x + node.width, y: port.y + titleHeight / 2 }, to: left(port) }); // prettier-ignore
    });
    y += height + gap;
  }
}

function nameOf(endpoints: readonly MachineEndpoint[]): string {
  return endpoints[0]?.containerName ?? '';
}

function right({ x, y, width, height }: GraphNode): GraphEdge['from'] {
  return { x: x + width, y: y + height / 2 };
}

function left({ x, y, height }: GraphNode): GraphEdge['to'] {
  return { x, y: y + height / 2 };
}
