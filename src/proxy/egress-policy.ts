/**
 * Where a client may connect to. A name is resolved once, here; the client gets its addresses, and only those it got
 * are what the name's rule opens. So a name that changes its mind gains nothing. Addresses that are not public are
 * never given out: a name that may have one (`privateNames`) gets a stand-in that means nothing anywhere else.
 */
import { parseAddress, prefixContains } from '../lib/cidr.ts';
import { KindError } from '../lib/errors.ts';
import { LruCache } from '../lib/lru-cache.ts';
import { isPublicAddress } from './address-policy.ts';
import type { EgressConfig, EgressRule, PortRange } from './egress-config.ts';
import type { Resolver } from './upstream.ts';

/** Addresses that one client's names have led to; the oldest are forgotten, and must be asked for again. */
const grantsMax = 4096;
/** How long after its answer an address may be connected to: resolvers in containers keep names for a while. */
const grantMs = 60 * 60_000;
/** Of 198.18.0.0/15, kept for measurements between networks: nothing is there. */
const standInBase = (198 << 24) | (18 << 16);
const standInCount = 65_000;

interface Grant {
  /** Those that led there. */
  readonly names: ReadonlySet<string>;
  /** Where the connection really goes. */
  readonly address: string;
  readonly untilMs: number;
}

export interface EgressPolicyOptions {
  readonly config: EgressConfig;
  readonly resolver: Resolver;
  readonly now: () => number;
}

/** The policy as one client meets it. */
export class EgressPolicy {
  readonly #config: EgressConfig;
  readonly #resolver: Resolver;
  readonly #now: () => number;
  readonly #grants = new LruCache<string, Grant>(grantsMax);
  readonly #standIns = new Map<string, string>();

  constructor({ config, resolver, now }: EgressPolicyOptions) {
    this.#config = config;
    this.#resolver = resolver;
    this.#now = now;
  }

  /** Whether any port of the name is open. */
  allowsName(name: string): boolean {
    return this.#config.rules.some(
      (rule) => rule.kind === 'name' && matchesName(rule.pattern, name),
    );
  }

  /**
   * IPv4 addresses of an allowed name, as the client may use them; none when it has none that may be told. Rejects
   * `forbidden` for another name and `notFound` for one that does not exist.
   */
  async resolve(name: string): Promise<readonly string[]> {
    const lower = name.toLowerCase();
    if (!this.allowsName(lower)) throw new KindError('forbidden', `Name "${lower}" is not allowed`);
    const found = await this.#resolver(lower).catch((error: unknown) => {
      throw new KindError('notFound', `Name "${lower}" has no address`, { cause: error });
    });
    const isPrivate = this.#config.privateNames.includes(lower);
    return found
      .filter(({ family }) => family === 4)
      .flatMap(({ address }) => {
        if (isPublicAddress(address))
          return [this.#grant({ shown: address, address, name: lower })];
        if (!isPrivate) return [];
        return [this.#grant({ shown: this.#standIn(`${lower} ${address}`), address, name: lower })];
      });
  }

  /** The address to connect to. Rejects `forbidden`. */
  async target(host: string, port: number): Promise<string> {
    const address = parseAddress(host);
    if (address === undefined) {
      const [first] = await this.resolve(host);
      if (first === undefined) throw refused(host, port);
      return this.target(first, port);
    }
    const grant = this.#grants.get(host);
    if (grant !== undefined && grant.untilMs > this.#now()) {
      const open = this.#config.rules.some(
        (rule) =>
          rule.kind === 'name' &&
          hasPort(rule.ports, port) &&
          [...grant.names].some((name) => matchesName(rule.pattern, name)),
      );
      if (open) return grant.address;
    }
    const byAddress = this.#config.rules.some((rule) => matchesAddress(rule, address, port));
    if (byAddress && isPublicAddress(host)) return host;
    throw refused(host, port);
  }

  #grant({ shown, address, name }: { shown: string; address: string; name: string }): string {
    const before = this.#grants.get(shown);
    const isFresh = before !== undefined && before.untilMs > this.#now();
    const names = new Set(isFresh ? [...before.names, name] : [name]);
    this.#grants.set(shown, { names, address, untilMs: this.#now() + grantMs });
    return shown;
  }

  #standIn(key: string): string {
    const known = this.#standIns.get(key);
    if (known !== undefined) return known;
    const number = standInBase + 1 + (this.#standIns.size % standInCount);
    const text = [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.');
    this.#standIns.set(key, text);
    return text;
  }
}

export function matchesName(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  if (!pattern.startsWith('*.')) return pattern === name;
  return name.endsWith(pattern.slice(1)) && name.length > pattern.length - 1;
}

function matchesAddress(
  rule: EgressRule,
  address: { readonly address: bigint; readonly bits: 32 | 128 },
  port: number,
): boolean {
  return (
    rule.kind === 'prefix' && hasPort(rule.ports, port) && prefixContains(rule.prefix, address)
  );
}

function hasPort(ports: readonly PortRange[], port: number): boolean {
  return ports.some(({ first, last }) => port >= first && port <= last);
}

function refused(host: string, port: number): KindError {
  return new KindError('forbidden', `Destination ${host}:${port} is not allowed`);
}
