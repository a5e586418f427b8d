/** The addresses of one subnet: which are taken, and which comes next. */
import {
  formatAddress,
  lastAddress,
  networkOf,
  parseAddress,
  parsePrefix,
  prefixContains,
  type Prefix,
} from '../lib/cidr.ts';
import { KindError } from '../lib/errors.ts';
import type { NetworkPool } from './model.ts';

export class AddressPool {
  readonly prefix: Prefix;
  readonly #range: Prefix;
  readonly #taken = new Set<bigint>();

  /** The pool was checked before. */
  constructor(pool: Omit<NetworkPool, 'gateway'>) {
    this.prefix = requirePrefix(pool.subnet);
    this.#range = networkOf(pool.range === undefined ? this.prefix : requirePrefix(pool.range));
    this.#taken.add(networkOf(this.prefix).address);
    if (this.prefix.bits === 32 && this.prefix.length < 31)
      this.#taken.add(lastAddress(this.prefix));
    for (const address of Object.values(pool.auxiliary)) this.#add(address);
  }

  contains(address: string): boolean {
    const parsed = parseAddress(address);
    return parsed !== undefined && prefixContains(this.prefix, parsed);
  }

  /** This one, which must be free; its being in the range is not asked. */
  take(address: string): void {
    const parsed = parseAddress(address);
    if (parsed === undefined || !prefixContains(this.prefix, parsed))
      throw new KindError('invalidParameter', 'Requested address is out of range');
    if (this.#taken.has(parsed.address)) throw new KindError('forbidden', 'Address already in use');
    this.#taken.add(parsed.address);
  }

  /** The lowest that is free; undefined when there is none. */
  takeNext(): string | undefined {
    const last = lastAddress(this.#range);
    for (let { address } = this.#range; address <= last; address += 1n) {
      if (this.#taken.has(address)) continue;
      this.#taken.add(address);
      return formatAddress({ address, bits: this.prefix.bits });
    }
    return undefined;
  }

  release(address: string): void {
    const parsed = parseAddress(address);
    if (parsed !== undefined) this.#taken.delete(parsed.address);
  }

  #add(address: string): void {
    const parsed = parseAddress(address);
    if (parsed !== undefined) this.#taken.add(parsed.address);
  }
}

function requirePrefix(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (prefix === undefined) throw new KindError('system', `Not a subnet: ${JSON.stringify(text)}`);
  return prefix;
}
