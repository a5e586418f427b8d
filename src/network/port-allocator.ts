/** Which ports of the machine are promised to containers, and what becomes of a wish for one. */
import { KindError } from '../lib/errors.ts';
import type { PortMapping, PortProtocol } from './model.ts';

/** Where the kernel takes ports for clients from, and dockerd those that nobody chose. */
const dynamicFirst = 32_768;
const dynamicLast = 60_999;
/** Ranges remembered; the one asked for first is forgotten. */
const rangeCountMax = 1024;

export interface PortWish {
  readonly protocol: PortProtocol;
  readonly containerPort: number;
  /** Empty: all of the machine's addresses. */
  readonly hostAddress: string;
  /** 0 and 0: any. A range: the next that is free. */
  readonly hostPortFirst: number;
  readonly hostPortLast: number;
}

export class PortAllocator {
  readonly #taken = new Set<string>();
  /** What each range gave last: it goes on from there, so that a port rests before it is somebody else's. */
  readonly #rangeLast = new Map<string, number>();
  #dynamicNext = dynamicFirst;

  /** All of them or none; rejects in dockerd's words. A wish for all addresses is two mappings, IPv4 and IPv6. */
  take(wishes: readonly PortWish[]): PortMapping[] {
    const mappings: PortMapping[] = [];
    try {
      for (const wish of wishes) mappings.push(...this.#takeOne(wish));
    } catch (error) {
      this.release(mappings);
      throw error;
    }
    return mappings;
  }

  /** Ports that are held already, on a machine that was restored. */
  restore(mappings: readonly PortMapping[]): void {
    for (const mapping of mappings) this.#taken.add(keyOf(mapping));
  }

  release(mappings: readonly PortMapping[]): void {
    for (const mapping of mappings) this.#taken.delete(keyOf(mapping));
  }

  #takeOne(wish: PortWish): PortMapping[] {
    const addresses = wish.hostAddress === '' ? ['0.0.0.0', '::'] : [wish.hostAddress];
    const hostPort = this.#choose(wish, addresses);
    const { protocol, containerPort } = wish;
    const mappings = addresses.map((hostAddress) => ({
      protocol,
      containerPort,
      hostAddress,
      hostPort,
    }));
    for (const mapping of mappings) this.#taken.add(keyOf(mapping));
    return mappings;
  }

  #choose({ protocol, ...wish }: PortWish, addresses: readonly string[]): number {
    const isFree = (hostPort: number): boolean =>
      addresses.every((hostAddress) => !this.#isTaken({ protocol, hostAddress, hostPort }));
    if (wish.hostPortFirst === 0) return this.#chooseDynamic(isFree);
    if (wish.hostPortFirst < wish.hostPortLast) return this.#chooseInRange(wish, protocol, isFree);
    const hostPort = wish.hostPortFirst;
    // Whether another address of the machine stands in the way is for the kernel to say.
    const isPromised = addresses.some((hostAddress) =>
      this.#taken.has(keyOf({ protocol, hostAddress, hostPort })),
    );
    if (!isPromised) return hostPort;
    const [address = ''] = addresses;
    const shown = address.includes(':') ? `[${address}]` : address;
    const message = `Bind for ${shown}:${hostPort} failed: port is already allocated`;
    throw new KindError('system', message);
  }

  #chooseInRange(
    { hostAddress, hostPortFirst: first, hostPortLast: last }: Omit<PortWish, 'protocol'>,
    protocol: PortProtocol,
    isFree: (port: number) => boolean,
  ): number {
    const key = `${protocol} ${hostAddress} ${first}-${last}`;
    const count = last - first + 1;
    const start = (this.#rangeLast.get(key) ?? first - 1) + 1 - first;
    for (let step = 0; step < count; step += 1) {
      const port = first + ((start + step) % count);
      if (!isFree(port)) continue;
      this.#rangeLast.delete(key);
      this.#rangeLast.set(key, port);
      const [oldest] = this.#rangeLast.keys();
      if (this.#rangeLast.size > rangeCountMax && oldest !== undefined)
        this.#rangeLast.delete(oldest);
      return port;
    }
    throw new KindError('system', 'all ports are allocated');
  }

  #chooseDynamic(isFree: (port: number) => boolean): number {
    for (let count = 0; count <= dynamicLast - dynamicFirst; count += 1) {
      const port = this.#dynamicNext;
      this.#dynamicNext = port === dynamicLast ? dynamicFirst : port + 1;
      if (isFree(port)) return port;
    }
    throw new KindError('system', 'all ports are allocated');
  }

  /** All addresses of a family and one of them exclude each other. */
  #isTaken(port: Pick<PortMapping, 'protocol' | 'hostAddress' | 'hostPort'>): boolean {
    const any = port.hostAddress.includes(':') ? '::' : '0.0.0.0';
    if (this.#taken.has(keyOf(port)) || this.#taken.has(keyOf({ ...port, hostAddress: any })))
      return true;
    if (port.hostAddress !== any) return false;
    const ending = ` ${port.protocol} ${port.hostPort}`;
    return [...this.#taken].some(
      (key) => key.endsWith(ending) && key.includes(':') === any.includes(':'),
    );
  }
}

function keyOf(port: Pick<PortMapping, 'protocol' | 'hostAddress' | 'hostPort'>): string {
  return `${port.hostAddress} ${port.protocol} ${port.hostPort}`;
}
