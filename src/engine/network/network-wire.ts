/** A container's networks and ports as the API shows them. */
import type { EndpointSettings, NetworkSettings, Port, PortMap } from '../../api/network.ts';
import type { EndpointView, PublishedPort, Sandbox } from '../../network/network-view.ts';
import type { Container } from '../container/container.ts';
import type { Daemon } from '../daemon.ts';
import { dnsNames } from './container-network.ts';
import { isUserDefined } from './predefined.ts';

export function networkSettings(daemon: Daemon, container: Container): NetworkSettings {
  const sandbox = daemon.networks.sandboxOf(container.id);
  const networks = containerNetworks(daemon, container);
  // The fields of before user-defined networks: what the default bridge gives.
  const bridge = networks['bridge'];
  return {
    Bridge: '',
    SandboxID: sandbox?.id ?? '',
    SandboxKey: sandboxKey(container, sandbox),
    Ports: portMap(daemon, container),
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: bridge?.EndpointID ?? '',
    Gateway: bridge?.Gateway ?? '',
    GlobalIPv6Address: bridge?.GlobalIPv6Address ?? '',
    GlobalIPv6PrefixLen: bridge?.GlobalIPv6PrefixLen ?? 0,
    IPAddress: bridge?.IPAddress ?? '',
    IPPrefixLen: bridge?.IPPrefixLen ?? 0,
    IPv6Gateway: bridge?.IPv6Gateway ?? '',
    MacAddress: bridge?.MacAddress ?? '',
    Networks: networks,
  };
}

function sandboxKey({ hostConfig }: Container, sandbox: Sandbox | undefined): string {
  if (sandbox === undefined) return '';
  if (hostConfig.NetworkMode === 'host') return '/var/run/docker/netns/default';
  return `/var${sandbox.netnsPath}`;
}

export function containerNetworks(
  daemon: Daemon,
  container: Container,
): Readonly<Record<string, EndpointSettings>> {
  const live = daemon.networks.sandboxOf(container.id)?.endpoints ?? [];
  return Object.fromEntries(
    [...container.networks].map(([name, settings]) => [
      name,
      endpointWire(daemon, {
        container,
        name,
        settings,
        view: live.find(({ network }) => network.name === name),
      }),
    ]),
  );
}

/** What was asked for, and what a running container got. */
function endpointWire(
  daemon: Daemon,
  options: {
    readonly container: Container;
    readonly name: string;
    readonly settings: EndpointSettings;
    readonly view: EndpointView | undefined;
  },
): EndpointSettings {
  const { container, name, settings, view } = options;
  const network = view?.network ?? daemon.networks.named(name);
  const named = network !== undefined && isUserDefined(network) && container.startedBefore;
  const { ipv4, ipv6, macAddress = '', id = '' } = view?.endpoint ?? {};
  return {
    IPAMConfig: settings.IPAMConfig ?? null,
    Links: settings.Links ?? null,
    Aliases: settings.Aliases ?? null,
    MacAddress: macAddress || (settings.MacAddress ?? ''),
    DriverOpts: settings.DriverOpts ?? null,
    GwPriority: settings.GwPriority ?? 0,
    NetworkID: container.startedBefore ? (network?.id ?? '') : '',
    EndpointID: id,
    Gateway: ipv4?.gateway ?? '',
    IPAddress: ipv4?.address ?? '',
    IPPrefixLen: ipv4?.prefixLength ?? 0,
    IPv6Gateway: ipv6?.gateway ?? '',
    GlobalIPv6Address: ipv6?.address ?? '',
    GlobalIPv6PrefixLen: ipv6?.prefixLength ?? 0,
    DNSNames: named ? dnsNames(container, settings) : null,
  };
}

/** Of a running container with a network to publish on: every exposed port, and where it is published. */
function portMap(daemon: Daemon, container: Container): PortMap {
  if (!hasPorts(daemon, container)) return {};
  const map: Record<string, { HostIp: string; HostPort: string }[] | null> = {};
  for (const name of exposedPorts(container)) map[name] = null;
  for (const port of daemon.networks.portsOf(container.id)) {
    const name = `${port.containerPort}/${port.protocol}`;
    map[name] = [
      ...(map[name] ?? []),
      { HostIp: port.hostAddress, HostPort: String(port.hostPort) },
    ];
  }
  return map;
}

/** As `docker ps` lists them. */
export function containerPorts(daemon: Daemon, container: Container): Port[] {
  if (!hasPorts(daemon, container)) return [];
  const published = daemon.networks.portsOf(container.id);
  const isPublished = (name: string): boolean =>
    published.some(({ containerPort, protocol }) => `${containerPort}/${protocol}` === name);
  return [
    ...exposedPorts(container)
      .filter((name) => !isPublished(name))
      .map((name): Port => {
        const [port = '', protocol = 'tcp'] = name.split('/');
        return { PrivatePort: Number(port), Type: portType(protocol) };
      }),
    ...published.map(({ containerPort, hostPort, hostAddress, protocol }: PublishedPort): Port => ({
      IP: hostAddress,
      PrivatePort: containerPort,
      PublicPort: hostPort,
      Type: protocol,
    })),
  ];
}

function hasPorts(daemon: Daemon, container: Container): boolean {
  const endpoints = daemon.networks.sandboxOf(container.id)?.endpoints ?? [];
  return container.isRunning && endpoints.some(({ network }) => network.driver === 'bridge');
}

/** Also those that are only published. */
function exposedPorts({ config, hostConfig }: Container): string[] {
  const names = [
    ...Object.keys(config.ExposedPorts ?? {}),
    ...Object.keys(hostConfig.PortBindings ?? {}),
  ].map((name) => (name.includes('/') ? name : `${name}/tcp`));
  return [...new Set(names)];
}

function portType(protocol: string): Port['Type'] {
  return protocol === 'udp' || protocol === 'sctp' ? protocol : 'tcp';
}
