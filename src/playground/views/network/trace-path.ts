/**
 * The path of a connection's first packet, as the kernel would take it by the interfaces, routes and rules that were
 * read. Pure: nothing is sent.
 */
import type { MachineEndpoint, PacketRule } from '../../../api/machine-network.ts';
import { parseAddress, parsePrefix, prefixContains } from '../../../lib/cidr.ts';
import { decide, type Packet, type PacketPlace } from './packet-rules.ts';
import { endpointsOf, outsideAddress, publishedPlaces, type NetworkReading, type Place } from './places.ts'; // prettier-ignore

export interface PathStep {
  readonly what:
    /** A process sends it: `name` is the place. */
    | 'send'
    /** A route of the sender's decides: `via` the gateway, `device` the way out. */
    | 'route'
    /** From one end of a veth pair to the other. */
    | 'veth'
    /** A bridge hands it on. */
    | 'bridge'
    /** A rule of the packet filter rewrites an address. */
    | 'rewrite'
    /** A rule, or a chain's policy, lets it pass or not. */
    | 'accept'
    | 'drop'
    /** docker-proxy takes the connection and makes one of its own. */
    | 'proxy'
    /** It leaves by the machine's own card. */
    | 'leave'
    | 'arrive'
    /** There is no way. */
    | 'lost';
  readonly name?: string;
  readonly device?: string;
  readonly via?: string;
  readonly table?: PacketRule['table'];
  readonly chain?: string;
  /** `-A CHAIN …`; absent when a policy decided. */
  readonly rule?: string;
  /** As it is after this step. */
  readonly packet: Packet;
}

export interface PacketPath {
  readonly steps: readonly PathStep[];
  readonly reached: boolean;
}

/** Asked of a container that publishes and exposes nothing. */
const portDefault = 80;

export function tracePath(reading: NetworkReading, from: Place, to: Place): PacketPath {
  return new Tracer(reading).trace(from, to);
}

class Tracer {
  readonly #reading: NetworkReading;
  readonly #steps: PathStep[] = [];
  #packet: Packet = { source: '', destination: '', protocol: 'tcp', port: portDefault };

  constructor(reading: NetworkReading) {
    this.#reading = reading;
  }

  trace(from: Place, to: Place): PacketPath {
    const reached = this.#send(from, to);
    return { steps: this.#steps, reached };
  }

  #send(from: Place, to: Place): boolean {
    if (from.kind === 'container') return this.#sendFromContainer(from, to);
    const { destination, port, protocol } = this.#aim(to, from);
    const source = from.kind === 'machine' ? this.#sourceTo(destination) : outsideAddress;
    this.#packet = { source, destination, port, protocol };
    this.#step('send', from.kind === 'machine' ? {} : { name: from.kind });
    if (from.kind === 'machine') return this.#throughMachine(undefined);
    return this.#throughMachine(this.#outDevice());
  }

  #sendFromContainer(from: Place & { kind: 'container' }, to: Place): boolean {
    const own = endpointsOf(this.#reading, from.id);
    // An address on a network of its own is reached without the gateway.
    const direct = to.kind === 'container' ? this.#shared(own, to.id) : undefined;
    const out = direct?.own ?? own.find(({ gateway }) => gateway !== undefined) ?? own[0];
    if (out === undefined) return this.#lose();
    const aim = this.#aim(to, from);
    const destination = direct?.other.address ?? aim.destination;
    this.#packet = { ...aim, source: out.address, destination };
    this.#step('send', { name: from.name });
    const isGateway = direct === undefined && destination === out.gateway;
    if (direct === undefined && !isGateway && out.gateway === undefined) return this.#lose();
    const via = direct === undefined && !isGateway ? out.gateway : undefined;
    this.#step('route', { device: out.interfaceName, ...(via === undefined ? {} : { via }) });
    this.#step('veth', { name: out.interfaceName, device: out.hostInterfaceName });
    if (direct === undefined) return this.#throughMachine(out.device);
    return this.#acrossBridge(out.device);
  }

  #acrossBridge(device: string): boolean {
    const passes = this.#reading.machine.bridgeFiltering
      ? this.#filter('FORWARD', { in: device, out: device })
      : true;
    return passes && this.#deliver(device);
  }

  /** From the card or bridge that it came in by, or from a process of the machine's own. */
  #throughMachine(input: string | undefined): boolean {
    this.#rewrite(input === undefined ? 'OUTPUT' : 'PREROUTING', input === undefined ? {} : { in: input }); // prettier-ignore
    if (this.#isLocal(this.#packet.destination)) return this.#arriveAtMachine(input);
    const route = this.#routeTo(this.#packet.destination);
    if (route === undefined) return this.#lose();
    const { device, gateway } = route;
    this.#step('route', { device, ...(gateway === undefined ? {} : { via: gateway }) });
    const passes =
      input === undefined
        ? this.#filter('OUTPUT', { out: device })
        : this.#filter('FORWARD', { in: input, out: device });
    if (!passes) return false;
    this.#rewrite('POSTROUTING', { out: device });
    const isBridge = this.#reading.machine.links.some(
      ({ name, kind }) => name === device && kind === 'bridge',
    );
    if (isBridge) return this.#deliver(device);
    this.#step('leave', { device });
    this.#step('arrive', { name: 'outside' });
    return true;
  }

  /** Nobody of the machine's listens at a published port but docker-proxy. */
  #arriveAtMachine(input: string | undefined): boolean {
    if (!this.#filter('INPUT', { in: input ?? 'lo' })) return false;
    const { protocol, port, destination } = this.#packet;
    const published = publishedPlaces(this.#reading).find(
      (one) =>
        one.protocol === protocol &&
        one.hostPort === port &&
        (one.hostAddress === '0.0.0.0' || one.hostAddress === destination),
    );
    const target = endpointsOf(this.#reading, published?.containerId ?? '')[0];
    if (published === undefined || target === undefined) return this.#lose();
    const source = this.#sourceTo(target.address);
    this.#packet = { source, destination: target.address, protocol, port: published.containerPort };
    this.#step('proxy', { name: `${published.hostAddress}:${published.hostPort}` });
    return this.#throughMachine(undefined);
  }

  #deliver(device: string): boolean {
    const target = this.#reading.machine.endpoints.find(
      (endpoint) => endpoint.device === device && endpoint.address === this.#packet.destination,
    );
    if (target === undefined) return this.#lose();
    this.#step('bridge', { device, name: target.hostInterfaceName });
    this.#step('veth', { name: target.hostInterfaceName, device: target.interfaceName });
    this.#step('arrive', { name: target.containerName });
    return true;
  }

  #filter(chain: string, at: Pick<PacketPlace, 'in' | 'out'>): boolean {
    const { verdict, rule } = this.#decide('filter', chain, at);
    const isAccepted = verdict === 'ACCEPT';
    this.#step(isAccepted ? 'accept' : 'drop', {
      table: 'filter',
      chain: rule?.chain ?? chain,
      ...(rule === undefined ? {} : { rule: `-A ${rule.chain} ${rule.text}` }),
    });
    return isAccepted;
  }

  #rewrite(chain: string, at: Pick<PacketPlace, 'in' | 'out'>): void {
    const { verdict, rule, to = '' } = this.#decide('nat', chain, at);
    if (rule === undefined) return;
    const [address = '', port = ''] = to.split(':');
    if (verdict === 'DNAT')
      this.#packet = {
        ...this.#packet,
        destination: address || this.#packet.destination,
        port: port === '' ? this.#packet.port : Number(port),
      };
    else if (verdict === 'SNAT') this.#packet = { ...this.#packet, source: address };
    else if (verdict === 'MASQUERADE')
      this.#packet = { ...this.#packet, source: this.#addressOf(at.out ?? '') };
    else return;
    this.#step('rewrite', { table: 'nat', chain: rule.chain, rule: `-A ${rule.chain} ${rule.text}` }); // prettier-ignore
  }

  #decide(table: PacketRule['table'], chain: string, at: Pick<PacketPlace, 'in' | 'out'>) {
    const place = { ...at, isLocal: (address: string) => this.#isLocal(address) };
    return decide(this.#reading.machine, { table, chain }, { packet: this.#packet, place });
  }

  #aim(to: Place, from: Place): Omit<Packet, 'source'> {
    const { containers } = this.#reading;
    if (to.kind === 'container') {
      const destination = endpointsOf(this.#reading, to.id)[0]?.address ?? '';
      const exposed = containers.find(({ Id }) => Id === to.id)?.Ports[0];
      return { destination, protocol: exposed?.Type ?? 'tcp', port: exposed?.PrivatePort ?? portDefault }; // prettier-ignore
    }
    if (to.kind !== 'port')
      return { destination: outsideAddress, protocol: 'tcp', port: portDefault };
    const { protocol, hostAddress, hostPort: port } = to.port;
    const destination = hostAddress === '0.0.0.0' ? this.#machineAddress(from) : hostAddress;
    return { destination, protocol, port };
  }

  /** What the sender calls the machine. */
  #machineAddress(from: Place): string {
    if (from.kind === 'machine') return '127.0.0.1';
    if (from.kind === 'outside') return this.#addressOf(this.#outDevice());
    const own = endpointsOf(this.#reading, from.kind === 'container' ? from.id : '');
    return own.find(({ gateway }) => gateway !== undefined)?.gateway ?? '';
  }

  #shared(own: readonly MachineEndpoint[], otherId: string) {
    for (const other of endpointsOf(this.#reading, otherId)) {
      const mine = endpointsOf(this.#reading, own[0]?.containerId ?? '').find(
        ({ networkId }) => networkId === other.networkId,
      );
      if (mine !== undefined) return { own: mine, other };
    }
    return undefined;
  }

  #routeTo(address: string) {
    const parsed = parseAddress(address);
    const fitting = this.#reading.machine.routes.flatMap((route) => {
      const { destination } = route;
      const text = destination === 'default' ? '0.0.0.0/0' : destination.includes('/') ? destination : `${destination}/32`; // prettier-ignore
      const prefix = parsePrefix(text);
      const fits = prefix !== undefined && parsed !== undefined && prefixContains(prefix, parsed);
      return fits ? [{ route, length: prefix.length }] : [];
    });
    return fitting.sort((a, b) => b.length - a.length)[0]?.route;
  }

  /** By which the machine reaches the outside; empty when it does not. */
  #outDevice(): string {
    const { routes } = this.#reading.machine;
    return routes.find(({ destination }) => destination === 'default')?.device ?? '';
  }

  #sourceTo(address: string): string {
    if (this.#isLocal(address)) return address;
    return this.#addressOf(this.#routeTo(address)?.device ?? '');
  }

  #addressOf(device: string): string {
    const link = this.#reading.machine.links.find(({ name }) => name === device);
    return link?.addresses.find((address) => !address.includes(':'))?.split('/')[0] ?? '';
  }

  #isLocal(address: string): boolean {
    if (address.startsWith('127.')) return true;
    return this.#reading.machine.links.some(({ addresses }) =>
      addresses.some((one) => one.split('/')[0] === address),
    );
  }

  #lose(): false {
    this.#step('lost', {});
    return false;
  }

  #step(what: PathStep['what'], about: Omit<PathStep, 'what' | 'packet'>): void {
    this.#steps.push({ what, ...about, packet: this.#packet });
  }
}
