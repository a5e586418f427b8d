/** `GET /networks` and `GET /networks/{name}`: the predefined networks. */
import type { NetworkInspect } from '../api/network.ts';
import { KindError } from '../lib/errors.ts';
import type { Daemon } from './daemon.ts';
import { checkFilters, matchesAny, matchesLabels } from './filters.ts';
import type { Filters } from './server/backend/filters.ts';
import { rfc3339Nano } from './timestamps.ts';

const predefined = [
  { name: 'bridge', driver: 'bridge' },
  { name: 'host', driver: 'host' },
  { name: 'none', driver: 'null' },
] as const;

const knownFilters = ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type'] as const;

export async function networkList(daemon: Daemon, filters: Filters): Promise<NetworkInspect[]> {
  checkFilters(filters, knownFilters);
  const networks = await networksOf(daemon);
  return networks.filter(
    (network) =>
      matchesAny(filters, 'name', (value) => network.Name.includes(value)) &&
      matchesAny(filters, 'id', (value) => network.Id.includes(value)) &&
      matchesAny(filters, 'driver', (value) => network.Driver === value) &&
      matchesAny(filters, 'scope', (value) => network.Scope === value) &&
      matchesAny(filters, 'type', (value) => value === 'builtin') &&
      // Predefined networks are never dangling.
      matchesAny(filters, 'dangling', (value) => ['false', '0'].includes(value)) &&
      matchesLabels(filters, 'label', network.Labels),
  );
}

/** By name, ID, or the beginning of one ID. */
export async function networkInspect(daemon: Daemon, name: string): Promise<NetworkInspect> {
  const networks = await networksOf(daemon);
  const exact = networks.find(({ Name, Id }) => Name === name || Id === name);
  if (exact !== undefined) return exact;
  const [first, ...others] = networks.filter(({ Id }) => name !== '' && Id.startsWith(name));
  if (first === undefined) throw new KindError('notFound', `network ${name} not found`);
  if (others.length === 0) return first;
  const message = `network ${name} is ambiguous (${others.length + 1} matches found on ID prefix)`;
  throw new KindError('invalidParameter', message);
}

export async function networkRemove(daemon: Daemon, name: string): Promise<void> {
  const { Name } = await networkInspect(daemon, name);
  const message = `${Name} is a pre-defined network and cannot be removed`;
  throw new KindError('forbidden', message);
}

async function networksOf({ engineId, startedMs }: Daemon): Promise<NetworkInspect[]> {
  return Promise.all(
    predefined.map(async ({ name, driver }) => ({
      Name: name,
      Id: await networkId(engineId, name),
      Created: rfc3339Nano(startedMs),
      Scope: 'local',
      Driver: driver,
      EnableIPv4: true,
      EnableIPv6: false,
      IPAM: { Driver: 'default', Options: null, Config: driver === 'bridge' ? [] : null },
      Internal: false,
      Attachable: false,
      Ingress: false,
      ConfigFrom: { Network: '' },
      ConfigOnly: false,
      Containers: {},
      Options: {},
      Labels: {},
    })),
  );
}

/** 64 hex digits that stay the same as long as the engine's own ID does. */
async function networkId(engineId: string, name: string): Promise<string> {
  const text = new TextEncoder().encode(`${engineId} network ${name}`);
  const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
  return [...sum].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
