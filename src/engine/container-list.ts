/** `GET /containers/json`. */
import type { ContainerSummary } from '../api/container.ts';
import type { StoredImage } from '../image/image-store.ts';
import { KindError } from '../lib/errors.ts';
import { containerMounts, shownStatus } from './container/container-wire.ts';
import type { Container } from './container/container.ts';
import type { Daemon } from './daemon.ts';
import { writableSizes } from './disk-usage.ts';
import { checkFilters, filterFlag, matchesAny, matchesLabels } from './filters.ts';
import type { ContainerListOptions } from './server/backend/container-backend.ts';
import type { Filters } from './server/backend/filters.ts';
import { linkNames } from './network/links.ts';
import { containerNetworks, containerPorts } from './network/network-wire.ts';
import { humanDuration } from './timestamps.ts';

const knownFilters = [
  'ancestor', 'before', 'expose', 'exited', 'health', 'id', 'isolation', 'is-task', 'label', 'name',
  'network', 'publish', 'since', 'status', 'volume',
]; // prettier-ignore

const statuses = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];
const healths = ['none', 'starting', 'healthy', 'unhealthy'];

/** Newest first; only running ones unless `all`, a limit or a filter by state says otherwise. */
export async function containerList(
  daemon: Daemon,
  options: ContainerListOptions,
): Promise<ContainerSummary[]> {
  const filters = options.filters ?? new Map<string, readonly string[]>();
  checkFilters(filters, knownFilters);
  checkValues(daemon, filters);
  const limit = options.limit !== undefined && options.limit > 0 ? options.limit : Infinity;
  const all =
    options.all === true || limit !== Infinity || (filters.get('status') ?? []).length > 0;
  const images = await daemon.images.list();
  const chosen = daemon.containers
    .list()
    .toReversed()
    .filter((container) => all || container.isRunning)
    .filter((container) => matches(daemon, { container, filters, images }))
    .slice(0, limit);
  const sizes = options.size === true ? await writableSizes(daemon, chosen) : undefined;
  return chosen.map((container) => ({
    ...summary(daemon, { container, images }),
    ...(sizes === undefined ? {} : containerSizes(container, { images, sizes })),
  }));
}

/** Nothing written is no `SizeRw`, as dockerd leaves zeros out. */
function containerSizes(
  { id, imageId }: Container,
  from: {
    readonly images: readonly StoredImage[];
    readonly sizes: ReadonlyMap<string, number>;
  },
): Pick<ContainerSummary, 'SizeRw' | 'SizeRootFs'> {
  const written = from.sizes.get(id) ?? 0;
  const image = from.images.find((known) => known.id === imageId)?.sizeBytes ?? 0;
  return { ...(written === 0 ? {} : { SizeRw: written }), SizeRootFs: image + written };
}

/** In dockerd's order, so that of several mistakes the same one is told. */
function checkValues(daemon: Daemon, filters: Filters): void {
  const invalid = (message: string) => new KindError('invalidParameter', message);
  const each = (name: string, check: (value: string) => void) =>
    (filters.get(name) ?? []).forEach(check);
  each('exited', (value) => {
    if (/^[+-]?[0-9]+$/.test(value)) return;
    const problem = `strconv.Atoi: parsing "${value}": invalid syntax`;
    throw invalid(`invalid filter 'exited=${value}': ${problem}`);
  });
  const oneOf = (name: string, what: string, known: readonly string[]) =>
    each(name, (value) => {
      if (known.includes(value)) return;
      const problem = `invalid value for ${what} (${value}): must be one of ${known.join(', ')}`;
      throw invalid(`invalid filter '${name}=${value}': ${problem}`);
    });
  oneOf('status', 'state', statuses);
  filterFlag(filters, 'is-task', false);
  oneOf('health', 'health', healths);
  for (const name of ['before', 'since']) each(name, (value) => void daemon.containers.find(value));
  for (const name of ['publish', 'expose']) each(name, (value) => void portRange(value, name));
}

/** `80`, `80/udp` or `80-90/tcp`: whether a port of this protocol is meant. */
function portRange(text: string, filter: string): (port: number, protocol: string) => boolean {
  const fail = (message: string) => new KindError('system', message);
  if (text.includes(':')) throw fail(`filter for '${filter}' should not contain ':': ${text}`);
  const [range = '', protocol = 'tcp'] = text.split('/');
  const [first = '', last = first] = range.split('-');
  for (const number of [first, last]) {
    if (/^[0-9]{1,5}$/.test(number)) continue;
    const problem = `strconv.ParseUint: parsing "${number}": invalid syntax`;
    throw fail(`error while looking up for ${filter} ${text}: ${problem}`);
  }
  return (port, of) => of === protocol && port >= Number(first) && port <= Number(last);
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
  const hasExited = state.startedMs > 0 && !container.isRunning;
  const isAbout = (text: string, value: string) => text === value || safePattern(value).test(text);
  return (
    matchesAny(filters, 'name', (value) => isAbout(`/${name}`, value) || isAbout(name, value)) &&
    matchesAny(filters, 'id', (value) => id.startsWith(value)) &&
    matchesAny(filters, 'status', (value) => value === shownStatus(container)) &&
    matchesAny(filters, 'exited', (value) => hasExited && state.exitCode === Number(value)) &&
    matchesAny(filters, 'health', (value) => value === (container.health?.status ?? 'none')) &&
    !filterFlag(filters, 'is-task', false) &&
    matchesPorts(daemon, container, filters) &&
    matchesLabels(filters, 'label', config.Labels) &&
    matchesAny(filters, 'network', (value) => isOnNetwork(daemon, container, value)) &&
    matchesAny(filters, 'volume', (value) =>
      mountPoints.some((point) => [point.name || point.source, point.destination].includes(value)),
    ) &&
    matchesAny(filters, 'ancestor', (value) => isAncestor(container, { value, images })) &&
    matchesAny(filters, 'before', (v) => createdMs < daemon.containers.find(v).createdMs) &&
    matchesAny(filters, 'since', (v) => createdMs > daemon.containers.find(v).createdMs)
  );
}

/** Of either filter one value is enough. */
function matchesPorts(daemon: Daemon, container: Container, filters: Filters): boolean {
  const wanted = ['publish', 'expose'].filter((name) => (filters.get(name) ?? []).length > 0);
  return (
    wanted.length === 0 ||
    containerPorts(daemon, container).some(({ PrivatePort, PublicPort = 0, Type }) =>
      wanted.some((name) =>
        matchesAny(filters, name, (value) =>
          portRange(value, name)(name === 'publish' ? PublicPort : PrivatePort, Type),
        ),
      ),
    )
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

/** By the network's name or ID, or the beginning of one. */
function isOnNetwork(daemon: Daemon, { networks }: Container, value: string): boolean {
  return [...networks.keys()].some((name) => {
    const id = daemon.networks.named(name)?.id ?? '';
    return name === value || (value !== '' && id.startsWith(value));
  });
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
  const { config, hostConfig, args } = container;
  return {
    Id: container.id,
    Names: [`/${container.name}`, ...linkNames(daemon, container)].toSorted(),
    Image: imageName(container, images),
    ImageID: container.imageId,
    Command: args.map((word) => (/\s/.test(word) ? `'${word}'` : word)).join(' '),
    Created: Math.floor(container.createdMs / 1000),
    Ports: containerPorts(daemon, container),
    Labels: config.Labels ?? {},
    State: shownStatus(container),
    Status: statusText(container, daemon.clock.now()),
    HostConfig: { NetworkMode: hostConfig.NetworkMode ?? '' },
    NetworkSettings: { Networks: containerNetworks(daemon, container) },
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

export function statusText(container: Container, now: number): string {
  const { state, health } = container;
  switch (shownStatus(container)) {
    case 'running': {
      const up = `Up ${humanDuration(now - state.startedMs)}`;
      return health === undefined ? up : `${up} (${health.text()})`;
    }
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
