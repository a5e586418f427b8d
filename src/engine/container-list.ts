/** `GET /containers/json`. */
import type { ContainerSummary } from '../api/container.ts';
import type { StoredImage } from '../image/image-store.ts';
import { KindError } from '../lib/errors.ts';
import { containerMounts, containerNetworks } from './container/container-wire.ts';
import type { Container } from './container/container.ts';
import type { Daemon } from './daemon.ts';
import { checkFilters, matchesAny, matchesLabels } from './filters.ts';
import type { ContainerListOptions } from './server/backend/container-backend.ts';
import type { Filters } from './server/backend/filters.ts';
import { humanDuration } from './timestamps.ts';

const knownFilters = [
  'ancestor', 'before', 'expose', 'exited', 'health', 'id', 'isolation', 'is-task', 'label', 'name',
  'network', 'publish', 'since', 'status', 'volume',
]; // prettier-ignore

const statuses = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];

/** Newest first; only running ones unless `all`, a limit or a filter by state says otherwise. */
export async function containerList(
  daemon: Daemon,
  options: ContainerListOptions,
): Promise<ContainerSummary[]> {
  const filters = options.filters ?? new Map<string, readonly string[]>();
  checkFilters(filters, knownFilters);
  for (const status of filters.get('status') ?? [])
    if (!statuses.includes(status))
      throw new KindError('invalidParameter', `invalid filter 'status=${status}'`);
  const limit = options.limit !== undefined && options.limit > 0 ? options.limit : Infinity;
  const all =
    options.all === true || limit !== Infinity || filters.has('status') || filters.has('exited');
  const images = await daemon.images.list();
  const chosen = daemon.containers
    .list()
    .toReversed()
    .filter((container) => all || container.isRunning)
    .filter((container) => matches(daemon, { container, filters, images }))
    .slice(0, limit);
  return chosen.map((container) => summary(daemon, { container, images }));
}

function matches(
  daemon: Daemon,
  options: {
    readonly container: Container;
    readonly filters: Filters;
    readonly images: readonly StoredImage[];
  },
): boolean {
  const { container, filters, images } = options;
  const { name, id, state, config, mountPoints, createdMs } = container;
  const isAbout = (text: string, value: string) => text === value || safePattern(value).test(text);
  return (
    matchesAny(filters, 'name', (value) => isAbout(`/${name}`, value)) &&
    matchesAny(filters, 'id', (value) => id.startsWith(value)) &&
    matchesAny(filters, 'status', (value) => value === state.status) &&
    matchesAny(
      filters,
      'exited',
      (value) => state.status === 'exited' && state.exitCode === Number(value),
    ) &&
    matchesLabels(filters, 'label', config.Labels) &&
    matchesAny(filters, 'network', (value) => networkOf(container) === value) &&
    matchesAny(filters, 'volume', (value) =>
      mountPoints.some((point) => point.name === value || point.destination === value),
    ) &&
    matchesAny(filters, 'ancestor', (value) => isAncestor(container, { value, images })) &&
    matchesAny(filters, 'before', (v) => createdMs < daemon.containers.find(v).createdMs) &&
    matchesAny(filters, 'since', (v) => createdMs > daemon.containers.find(v).createdMs)
  );
}

/** Filters by name are regular expressions; one that is none is taken literally. */
function safePattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  }
}

function networkOf({ hostConfig }: Container): string {
  return hostConfig.NetworkMode ?? '';
}

function isAncestor(
  container: Container,
  { value, images }: { value: string; images: readonly StoredImage[] },
): boolean {
  if (container.config.Image === value) return true;
  const image = images.find(({ id }) => id === container.imageId);
  const hex = container.imageId.slice('sha256:'.length);
  return (
    hex.startsWith(value) ||
    container.imageId === value ||
    image?.repoTags.some((tag) => tag === value || tag === `${value}:latest`) === true
  );
}

function summary(
  daemon: Daemon,
  { container, images }: { container: Container; images: readonly StoredImage[] },
): ContainerSummary {
  const { config, hostConfig, args, state } = container;
  return {
    Id: container.id,
    Names: [`/${container.name}`],
    Image: imageName(container, images),
    ImageID: container.imageId,
    Command: args.map((word) => (/\s/.test(word) ? `'${word}'` : word)).join(' '),
    Created: Math.floor(container.createdMs / 1000),
    Ports: [],
    Labels: config.Labels ?? {},
    State: state.status,
    Status: statusText(container, daemon.clock.now()),
    HostConfig: { NetworkMode: hostConfig.NetworkMode ?? '' },
    NetworkSettings: { Networks: containerNetworks(container) },
    Mounts: containerMounts(container),
  };
}

/** The name it was created by, while that still names the same image. */
function imageName(container: Container, images: readonly StoredImage[]): string {
  const given = container.config.Image ?? '';
  const image = images.find(({ id }) => id === container.imageId);
  const names = [...(image?.repoTags ?? []), ...(image?.repoDigests ?? [])];
  const still = names.some(
    (name) => name === given || name === `${given}:latest` || given.endsWith(name),
  );
  return still ? given : container.imageId;
}

export function statusText({ state }: Container, now: number): string {
  switch (state.status) {
    case 'running':
      return `Up ${humanDuration(now - state.startedMs)}`;
    case 'paused':
      return `Up ${humanDuration(now - state.startedMs)} (Paused)`;
    case 'restarting':
      return `Restarting (${state.exitCode}) ${humanDuration(now - state.finishedMs)} ago`;
    case 'exited':
      return `Exited (${state.exitCode}) ${humanDuration(now - state.finishedMs)} ago`;
    case 'removing':
      return 'Removal In Progress';
    case 'dead':
      return 'Dead';
    case 'created':
      return 'Created';
  }
}
