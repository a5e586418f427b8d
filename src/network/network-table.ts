/** All networks of an engine, and who is on them: allocation, without anything of the machine's. */
import { toDisposable, type Disposable } from '../lib/disposable.ts';
import { KindError } from '../lib/errors.ts';
import { AddressPool } from './address-pool.ts';
import { formatMac, macAddressOf } from './mac-address.ts';
import type { Endpoint, EndpointAddress, Network } from './model.ts';
import type {
  EndpointView,
  NetworkChange,
  NetworkView,
  PublishedPort,
  Sandbox,
} from './network-view.ts';
import { PortAllocator } from './port-allocator.ts';
import { hexOf } from '../lib/hex.ts';

export interface EndpointWish {
  readonly id: string;
  readonly interfaceName: string;
  /** Fixed addresses; absent ones are chosen. */
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly macAddress?: string;
  readonly linkLocal?: readonly string[];
}

interface LiveSandbox extends Sandbox {
  embeddedDns: boolean;
  readonly endpoints: EndpointView[];
  readonly ports: PublishedPort[];
}

export class NetworkTable implements NetworkView {
  readonly ports = new PortAllocator();
  readonly #random: (count: number) => Uint8Array;
  readonly #networks = new Map<string, Network>();
  readonly #pools = new Map<string, readonly AddressPool[]>();
  readonly #sandboxes = new Map<string, LiveSandbox>();
  readonly #listeners = new Set<(change: NetworkChange) => void>();

  constructor(options: { readonly random: (count: number) => Uint8Array }) {
    this.#random = options.random;
  }

  list(): Network[] {
    return [...this.#networks.values()];
  }

  get(id: string): Network | undefined {
    return this.#networks.get(id);
  }

  named(name: string): Network | undefined {
    return this.list().find((network) => network.name === name);
  }

  /** By name, ID, or the beginning of one ID. */
  find(name: string): Network {
    const exact = this.#networks.get(name) ?? this.named(name);
    if (exact !== undefined) return exact;
    const [first, ...others] = this.list().filter(({ id }) => name !== '' && id.startsWith(name));
    if (first === undefined) throw new KindError('notFound', `network ${name} not found`);
    if (others.length === 0) return first;
    const message = `network ${name} is ambiguous (${others.length + 1} matches found on ID prefix)`;
    throw new KindError('invalidParameter', message);
  }

  add(network: Network): void {
    const pools = network.pools.map((pool) => {
      const addresses = new AddressPool(pool);
      // One of another's hands may be named as the gateway too.
      if (!Object.values(pool.auxiliary).includes(pool.gateway)) {
        addresses.release(pool.gateway);
        addresses.take(pool.gateway);
      }
      return addresses;
    });
    this.#networks.set(network.id, network);
    this.#pools.set(network.id, pools);
  }

  remove(id: string): void {
    this.#networks.delete(id);
    this.#pools.delete(id);
  }

  subnets(): string[] {
    return this.list().flatMap(({ pools }) => pools.map(({ subnet }) => subnet));
  }

  /** Who is on a network now. */
  members(networkId: string): { readonly sandbox: Sandbox; readonly view: EndpointView }[] {
    return [...this.#sandboxes.values()].flatMap((sandbox) =>
      sandbox.endpoints
        .filter(({ network }) => network.id === networkId)
        .map((view) => ({ sandbox, view })),
    );
  }

  /** Addresses for a new endpoint; `release` gives them back. */
  allocate(network: Network, wish: EndpointWish): Endpoint {
    const { id, interfaceName } = wish;
    const hostInterfaceName =
      network.driver === 'bridge' ? `veth${hexOf(this.#random(4)).slice(1)}` : '';
    const base = { id, networkId: network.id, interfaceName, hostInterfaceName };
    if (network.driver === 'host' || network.driver === 'null') return { ...base, macAddress: '' };
    const ipv4 = this.#takeAddress(network, { wanted: wish.ipv4, family: 32 });
    let ipv6: EndpointAddress | undefined;
    try {
      ipv6 = this.#takeAddress(network, { wanted: wish.ipv6, family: 128 });
    } catch (error) {
      this.#releaseAddress(network.id, ipv4);
      throw error;
    }
    const macAddress =
      wish.macAddress === undefined || wish.macAddress === ''
        ? macAddressOf(ipv4?.address, this.#random)
        : normalMac(wish.macAddress);
    return {
      ...base,
      macAddress: network.driver === 'ipvlan' ? '' : macAddress,
      ...(ipv4 === undefined ? {} : { ipv4 }),
      ...(ipv6 === undefined ? {} : { ipv6 }),
      ...(wish.linkLocal?.length ? { linkLocal: wish.linkLocal } : {}),
    };
  }

  release({ networkId, ipv4, ipv6 }: Endpoint): void {
    this.#releaseAddress(networkId, ipv4);
    this.#releaseAddress(networkId, ipv6);
  }

  sandboxes(): readonly Sandbox[] {
    return [...this.#sandboxes.values()];
  }

  sandboxOf(containerId: string): Sandbox | undefined {
    return this.#sandboxes.get(containerId);
  }

  portsOf(containerId: string): readonly PublishedPort[] {
    return this.#sandboxes.get(containerId)?.ports ?? [];
  }

  publishedPorts(): readonly PublishedPort[] {
    return [...this.#sandboxes.values()].flatMap(({ ports }) => ports);
  }

  watch(listener: (change: NetworkChange) => void): Disposable {
    this.#listeners.add(listener);
    return toDisposable(() => this.#listeners.delete(listener));
  }

  /** A sandbox of before, on a machine that was restored: its addresses and ports are its own again. */
  restore(sandbox: Sandbox, ports: readonly PublishedPort[]): void {
    this.open(sandbox);
    for (const view of sandbox.endpoints) {
      const { endpoint } = view;
      const network = this.#networks.get(endpoint.networkId);
      if (network === undefined) continue;
      for (const address of [endpoint.ipv4?.address, endpoint.ipv6?.address])
        if (address !== undefined)
          this.#pools
            .get(network.id)
            ?.find((pool) => pool.contains(address))
            ?.take(address);
      this.join(sandbox.containerId, { ...view, network });
    }
    this.ports.restore(ports);
    this.publish(sandbox.containerId, ports);
  }

  /** A container's network namespace comes to be; its endpoints join one by one. */
  open(sandbox: Omit<Sandbox, 'endpoints'>): void {
    this.#sandboxes.set(sandbox.containerId, { ...sandbox, endpoints: [], ports: [] });
  }

  /** From now on its names are resolved for it, also when it is on no network any more where they mean something. */
  resolveNames(containerId: string): void {
    const sandbox = this.#sandboxes.get(containerId);
    if (sandbox !== undefined) sandbox.embeddedDns = true;
  }

  join(containerId: string, endpoint: EndpointView): void {
    const sandbox = this.#sandboxes.get(containerId);
    if (sandbox === undefined) return;
    sandbox.endpoints.push(endpoint);
    this.#tell({ kind: 'joined', sandbox, endpoint });
  }

  leave(containerId: string, networkId: string): void {
    const sandbox = this.#sandboxes.get(containerId);
    const index = sandbox?.endpoints.findIndex(({ network }) => network.id === networkId) ?? -1;
    const [endpoint] = index < 0 ? [] : (sandbox?.endpoints.splice(index, 1) ?? []);
    if (sandbox === undefined || endpoint === undefined) return;
    this.release(endpoint.endpoint);
    this.#tell({ kind: 'left', sandbox, endpoint });
  }

  publish(containerId: string, ports: readonly PublishedPort[]): void {
    this.#sandboxes.get(containerId)?.ports.push(...ports);
    for (const port of ports) this.#tell({ kind: 'published', port });
  }

  unpublish(containerId: string): void {
    const ports = this.#sandboxes.get(containerId)?.ports.splice(0) ?? [];
    this.ports.release(ports);
    for (const port of ports) this.#tell({ kind: 'unpublished', port });
  }

  /** Whatever it had is free again. */
  close(containerId: string): void {
    const sandbox = this.#sandboxes.get(containerId);
    if (sandbox === undefined) return;
    this.unpublish(containerId);
    for (const { network } of sandbox.endpoints.toReversed()) this.leave(containerId, network.id);
    this.#sandboxes.delete(containerId);
  }

  #takeAddress(
    network: Network,
    { wanted = '', family }: { readonly wanted: string | undefined; readonly family: 32 | 128 },
  ): EndpointAddress | undefined {
    const pools = (this.#pools.get(network.id) ?? []).map((pool, index) => ({
      pool,
      gateway: network.pools[index]?.gateway ?? '',
    }));
    const suitable = pools.filter(({ pool }) => pool.prefix.bits === family);
    const gatewayOf = (gateway: string): string => (network.internal ? '' : gateway);
    if (wanted !== '') {
      const found = suitable.find(({ pool }) => pool.contains(wanted));
      if (found === undefined) {
        const message = `invalid address ${wanted}: It does not belong to any of this network's subnets`;
        throw new KindError('invalidParameter', message);
      }
      found.pool.take(wanted);
      const { length: prefixLength } = found.pool.prefix;
      return { address: wanted, prefixLength, gateway: gatewayOf(found.gateway) };
    }
    if (suitable.length === 0) return undefined;
    for (const { pool, gateway } of suitable) {
      const address = pool.takeNext();
      const { length: prefixLength } = pool.prefix;
      if (address !== undefined) return { address, prefixLength, gateway: gatewayOf(gateway) };
    }
    const version = family === 32 ? 'IPv4' : 'IPv6';
    const message = `no available ${version} addresses on this network's address pools: ${network.name} (${network.id})`;
    throw new KindError('system', message);
  }

  #releaseAddress(networkId: string, address: EndpointAddress | undefined): void {
    if (address === undefined) return;
    const pool = this.#pools.get(networkId)?.find((one) => one.contains(address.address));
    pool?.release(address.address);
  }

  #tell(change: NetworkChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

function normalMac(text: string): string {
  return formatMac(text.split(/[:-]/).map((byte) => Number.parseInt(byte, 16)));
}
