/**
 * Where everything is in the picture of the network: the machine with its card and bridges left, networks in the
 * middle, containers right, published ports on the edge. Where there is no room for that, containers and ports stand
 * below, and the lines to them go round at the right. Pure, and the same for the same reading: sizes in pixels.
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
  /** Where across the picture the line bends. */
  readonly bendX: number;
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
/** Below the last line of a box. */
const bottomHeight = 6;
const linkHeight = titleHeight + lineHeight + bottomHeight;
const machineInset = 12;

type Column = 'machine' | 'network' | 'container' | 'port';
type Columns = Readonly<Record<Column, { readonly x: number; readonly width: number }>>;

const wide: Columns = {
  machine: { x: margin, width: 176 },
  network: { x: 218, width: 150 },
  container: { x: 400, width: 190 },
  port: { x: 620, width: 128 },
};

/** Two columns: what the machine has above, containers and their ports below. */
const folded: Columns = {
  machine: { x: margin, width: 160 },
  network: { x: 192, width: 124 },
  container: { x: 156, width: 160 },
  port: { x: margin, width: 124 },
};
/** Room at the right of the folded picture for the lines that go round. */
const bendWidth = 24;

export interface LayoutGraphOptions {
  /** The only word in the picture that is not a name. */
  readonly machineTitle: string;
  /** For a pane that is narrower than the picture. */
  readonly isFolded?: boolean;
}

export function layoutGraph(
  reading: NetworkReading,
  { machineTitle, isFolded = false }: LayoutGraphOptions,
): NetworkGraph {
  const columns = isFolded ? folded : wide;
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const networks = placeNetworks(reading, columns);
  const links = placeLinks(reading, { networks, columns });
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
    edges.push({ id: `bridge:${network.id}`, kind: 'bridge', ...straight(right(bridge), left(network)) }); // prettier-ignore
  }
  const top = isFolded ? Math.max(...nodes.map((node) => node.y + node.height)) + gap : margin;
  placeContainers(reading, { networks, nodes, edges, columns, top, isFolded });
  const height = Math.max(...nodes.map((node) => node.y + node.height)) + margin;
  const rightEnd = Math.max(...nodes.map((node) => node.x + node.width));
  const width = isFolded ? columns.container.x + columns.container.width + bendWidth : rightEnd;
  return { width: width + margin, height, nodes, edges };
}

/** Bridges, Docker's own first. */
function placeNetworks({ networks }: NetworkReading, columns: Columns): GraphNode[] {
  const shown = networks
    .filter(({ Driver }) => Driver === 'bridge')
    .toSorted((a, b) => rank(a.Name) - rank(b.Name) || (a.Name < b.Name ? -1 : 1));
  const height = titleHeight + 2 * lineHeight + bottomHeight;
  return shown.map(({ Id, Name, IPAM, Internal }, index) => ({
    id: Id,
    kind: 'network' as const,
    ...columns.network,
    y: margin + titleHeight + linkHeight + gap + index * (height + gap),
    height,
    title: Name,
    lines: [IPAM.Config?.[0]?.Subnet ?? '', Internal ? 'internal' : 'bridge'],
  }));
}

function rank(name: string): number {
  return name === 'bridge' ? 0 : 1;
}

/** The machine's card above, each network's bridge beside it. */
function placeLinks(
  reading: NetworkReading,
  { networks, columns }: Pick<Canvas, 'networks' | 'columns'>,
): GraphNode[] {
  const x = columns.machine.x + machineInset;
  const width = columns.machine.width - 2 * machineInset;
  const height = linkHeight;
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
  readonly columns: Columns;
  /** Where the first container is. */
  readonly top: number;
  readonly isFolded: boolean;
}

function placeContainers(reading: NetworkReading, canvas: Canvas): void {
  const { networks, nodes, edges, columns, isFolded } = canvas;
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
  let y = canvas.top;
  for (const { id, own, name } of containers) {
    const ports = publishedPlaces(reading).filter(({ containerId }) => containerId === id);
    const lines = own.flatMap((endpoint) => [
      `${endpoint.interfaceName} ${endpoint.address ?? ''}`,
      `⇄ ${endpoint.hostInterfaceName}`,
    ]);
    const portsHeight = ports.length * (titleHeight + 6);
    const height = Math.max(titleHeight + lines.length * lineHeight + bottomHeight, portsHeight);
    const node: GraphNode = { id, kind: 'container', ...columns.container, y, height, title: name, lines }; // prettier-ignore
    nodes.push(node);
    own.forEach((endpoint, index) => {
      const network = networks.find(({ id: networkId }) => networkId === endpoint.networkId);
      if (network === undefined) return;
      const at = y + titleHeight + (index * 2 + 0.5) * lineHeight;
      const ends = isFolded
        ? around(right(network), { x: node.x + node.width, y: at })
        : straight(right(network), { x: node.x, y: at });
      edges.push({ id: `veth:${endpoint.hostInterfaceName}`, kind: 'veth', ...ends });
    });
    ports.forEach(({ hostAddress, hostPort, containerPort, protocol }, index) => {
      const port: GraphNode = {
        id: `port:${protocol}/${hostAddress}/${hostPort}`, kind: 'port', ...columns.port,
        y: y + index * (titleHeight + 6), height: titleHeight,
        title: `${hostPort} → ${containerPort}/${protocol}`, lines: [],
      }; // prettier-ignore
      nodes.push(port);
      const beside = { ...node, y: port.y, height: port.height };
      const ends = isFolded ? straight(right(port), left(beside)) : straight(right(beside), left(port)); // prettier-ignore
      edges.push({ id: `edge:${port.id}`, kind: 'port', ...ends });
    });
    y += height + gap;
  }
}

function nameOf(endpoints: readonly MachineEndpoint[]): string {
  return endpoints[0]?.containerName ?? '';
}

type Ends = Pick<GraphEdge, 'from' | 'to' | 'bendX'>;

function straight(from: GraphEdge['from'], to: GraphEdge['to']): Ends {
  return { from, to, bendX: (from.x + to.x) / 2 };
}

/** Both ends are at the right of what they belong to. */
function around(from: GraphEdge['from'], to: GraphEdge['to']): Ends {
  return { from, to, bendX: Math.max(from.x, to.x) + bendWidth };
}

function right({ x, y, width, height }: GraphNode): GraphEdge['from'] {
  return { x: x + width, y: y + height / 2 };
}

function left({ x, y, height }: GraphNode): GraphEdge['to'] {
  return { x, y: y + height / 2 };
}
