/** What the words after a command name, for completion: containers in some state, images, volumes, networks. */
import type { ContainerSummary } from '../../api/container.ts';
import { containerList } from '../../client/containers.ts';
import { imageList } from '../../client/images.ts';
import { networkList } from '../../client/networks.ts';
import { volumeList } from '../../client/volumes.ts';
import type { ApiClient } from '../../client/api-client.ts';

export interface NamesOptions {
  readonly client: ApiClient;
  readonly env: Readonly<Record<string, string>>;
  /** Words before this one that are no flags. */
  readonly words?: readonly string[];
}

/** Names that may stand there. */
export type Names = (options: NamesOptions) => Promise<readonly string[]>;

export interface Subject {
  readonly names: Names;
  /** How many words are of this kind; all of them when absent. */
  readonly count?: number;
}

export const allContainers = containers({ all: true });
const running = containers({ all: false });
const stopped = containers({ all: true, states: ['exited', 'created'] });
const notPaused = containers({ all: false, except: 'paused' });

/** By the command's path without `docker`, and without `container` or `image` where it has a short form. */
const subjects: Readonly<Record<string, Subject>> = {
  attach: { names: notPaused },
  commit: { names: running },
  create: { names: imageNames },
  diff: { names: running },
  exec: { names: notPaused },
  export: { names: allContainers },
  history: { names: imageNames, count: 1 },
  'image inspect': { names: imageNames },
  'image rm': { names: imageNames },
  'container inspect': { names: allContainers },
  kill: { names: running },
  logs: { names: allContainers },
  'network connect': { names: endpointNames({ connected: false }), count: 2 },
  'network disconnect': { names: endpointNames({ connected: true }), count: 2 },
  'network inspect': { names: networkNames },
  'network rm': { names: networkNames },
  pause: { names: notPaused },
  port: { names: running },
  push: { names: imageNames, count: 1 },
  rename: { names: allContainers },
  restart: { names: allContainers },
  rm: { names: stopped },
  rmi: { names: imageNames },
  run: { names: imageNames, count: 1 },
  save: { names: imageNames },
  start: { names: stopped },
  stats: { names: running },
  stop: { names: running },
  tag: { names: imageNames, count: 2 },
  top: { names: running },
  unpause: { names: containers({ all: false, states: ['paused'] }) },
  update: { names: allContainers },
  'volume inspect': { names: volumeNames },
  'volume rm': { names: volumeNames },
  wait: { names: running },
};

/** Commands whose words may be files of the caller's. */
export const fileCommands: readonly string[] = ['cp', 'import', 'build'];

export function subjectOf(path: string): Subject | undefined {
  return subjects[path] ?? subjects[path.replace(/^(container|image) /, '')];
}

function containers(options: {
  readonly all: boolean;
  readonly states?: readonly string[];
  readonly except?: string;
  readonly fits?: (container: ContainerSummary) => boolean;
}): Names {
  return async ({ client, env }) => {
    const list = await containerList(client, { all: options.all });
    const shown = list.filter(
      (container) =>
        (options.states?.includes(container.State) ?? true) &&
        container.State !== options.except &&
        (options.fits?.(container) ?? true),
    );
    const ids = env['DOCKER_COMPLETION_SHOW_CONTAINER_IDS'] === 'yes';
    return shown.flatMap(({ Id, Names }) => [
      ...(ids ? [Id] : []),
      ...Names.map((name) => name.replace(/^\//, '')),
    ]);
  };
}

/** A network, then the containers that are on it or are not. */
function endpointNames({ connected }: { readonly connected: boolean }): Names {
  return (options) => {
    const [network] = options.words ?? [];
    if (network === undefined) return networkNames(options);
    const fits = ({ NetworkSettings: settings }: ContainerSummary): boolean =>
      Object.hasOwn(settings?.Networks ?? {}, network) === connected;
    return containers({ all: true, fits })(options);
  };
}

async function imageNames({ client }: NamesOptions): Promise<readonly string[]> {
  return (await imageList(client)).flatMap(({ RepoTags }) => RepoTags ?? []);
}

export async function networkNames({ client }: NamesOptions): Promise<readonly string[]> {
  return (await networkList(client)).map(({ Name }) => Name);
}

async function volumeNames({ client }: NamesOptions): Promise<readonly string[]> {
  return ((await volumeList(client)).Volumes ?? []).map(({ Name }) => Name);
}
