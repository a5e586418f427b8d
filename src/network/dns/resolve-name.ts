/**
 * What the name service of user-defined networks knows, as libnetwork's does: containers by name, short ID and alias, on
 * the networks that the asking container is on, and links that it alone sees. Pure: the rest is for others to answer.
 */
import { parseAddress } from '../../lib/cidr.ts';
import type { EndpointView, Sandbox } from '../network-view.ts';
import {
  addressOfReverseName,
  recordType,
  responseCode,
  type DnsAnswer,
  type DnsQuery,
  type DnsRecord,
} from './message.ts';

/** libnetwork's. */
export const answerTtlSeconds = 600;

export interface ResolveNameOptions {
  /** Of the container that asks. */
  readonly sandbox: Sandbox;
  /** All that run. */
  readonly sandboxes: readonly Sandbox[];
  /** Turns the addresses of a name that has several, so that each gets its share. */
  readonly turn: number;
}

/** Undefined for what no container is called. */
export function resolveName(query: DnsQuery, options: ResolveNameOptions): DnsAnswer | undefined {
  if (!query.isStandard) return undefined;
  if (query.type === recordType.PTR) return resolveAddress(query.name, options);
  const found = endpointsNamed(query.name.toLowerCase(), options);
  if (found.length === 0) return undefined;
  return {
    code: responseCode.ok,
    records: turned(recordsOf(query.type, found), options.turn),
    ttlSeconds: answerTtlSeconds,
  };
}

function resolveAddress(name: string, options: ResolveNameOptions): DnsAnswer | undefined {
  const address = addressOfReverseName(name);
  const wanted = address === undefined ? undefined : parseAddress(address)?.address;
  if (wanted === undefined) return undefined;
  for (const { network } of resolvable(options.sandbox)) {
    for (const { view } of members(network.id, options.sandboxes)) {
      const own = [view.endpoint.ipv4?.address, view.endpoint.ipv6?.address];
      if (!own.some((text) => text !== undefined && parseAddress(text)?.address === wanted))
        continue;
      const target = `${view.names[0] ?? ''}.${network.name}`;
      const records = [{ type: recordType.PTR, target }] as const;
      return { code: responseCode.ok, records, ttlSeconds: answerTtlSeconds };
    }
  }
  return undefined;
}

/** The first of the asker's networks on which the name means something; `name.network` names one. */
function endpointsNamed(name: string, { sandbox, sandboxes }: ResolveNameOptions): EndpointView[] {
  for (const own of resolvable(sandbox)) {
    const suffix = `.${own.network.name.toLowerCase()}`;
    const plain = name.endsWith(suffix) ? [name, name.slice(0, -suffix.length)] : [name];
    for (const candidate of plain) {
      const linked = own.links.find(({ alias }) => alias.toLowerCase() === candidate)?.name;
      const wanted = linked?.toLowerCase() ?? candidate;
      const found = members(own.network.id, sandboxes).filter(({ view }) =>
        view.names.some((other) => other.toLowerCase() === wanted),
      );
      if (found.length > 0) return found.map(({ view }) => view);
    }
  }
  return [];
}

function resolvable(sandbox: Sandbox): readonly EndpointView[] {
  return sandbox.endpoints.filter(({ userDefined }) => userDefined);
}

function members(
  networkId: string,
  sandboxes: readonly Sandbox[],
): { readonly view: EndpointView }[] {
  return sandboxes.flatMap(({ endpoints }) =>
    endpoints.filter(({ network }) => network.id === networkId).map((view) => ({ view })),
  );
}

/** A name without an address of the kind that was asked for exists all the same: the answer is empty then. */
function recordsOf(type: number, views: readonly EndpointView[]): DnsRecord[] {
  return views.flatMap(({ endpoint }): DnsRecord[] => {
    if (type === recordType.A && endpoint.ipv4 !== undefined)
      return [{ type: recordType.A, address: endpoint.ipv4.address }];
    if (type === recordType.AAAA && endpoint.ipv6 !== undefined)
      return [{ type: recordType.AAAA, address: endpoint.ipv6.address }];
    return [];
  });
}

function turned<T>(items: readonly T[], turn: number): T[] {
  const start = items.length === 0 ? 0 : turn % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
