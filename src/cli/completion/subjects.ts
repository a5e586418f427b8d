/** What the words after a command name, for completion: containers in some state, images, volumes, networks. */
import { containerList } from '../../client/containers.ts';
import { imageList } from '../../client/images.ts';
import { networkList } from '../../client/networks.ts';
import { volumeList } from '../../client/volumes.ts';
import type { ApiClient } from '../../client/api-client.ts';

export interface NamesOptions {
  readonly client: ApiClient;
  readonly env: Readonly<Record<string, string>>;
}

/** Names that may stand there. */
export type Names = (options: NamesOptions) => Promise<readonly string[]>;

export interface Subject {
  readonly names: Names;
  /** How many words are of this kind; all of them when absent. */
  readonly count?: number;
}

const all = containers({ all: true });
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
  export: { names: all },
  history: { names: imageNames, count: 1 },
  'image inspect': { names: imageNames },
  'image rm': { names: imageNames },
  'container inspect': { names: all },
  kill: { names: running },
  logs: { names: all },
  'network connect': { names: networkNames, count: 1 },
  'network disconnect': { names: networkNames, count: 1 },
  'network inspect': { names: networkNames },
  'network rm': { names: networkNames },
  pause: { names: notPaused },
  port: { names: running },
  push: { names: imageNames, count: 1 },
  rename: { names: all },
  restart: { names: all },
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
  update: { names: all },
  'volume inspect': { names: volumeNames },
  'volume rm': { names: volumeNames },
  wait: { names: running },
};

/** Commands whose words may be files of the caller's. */
export const fileCommands: readonly string[] = ['cp', 'import', 'build'];

export function subjectOf(path: string): Subject | undefined {
  return subjects[path] ?? subjects[path.replace(/^(container|image) /, '')];
}

function fixed(...values: readonly string[]): Names {
  return () => Promise.resolve(values);
}

/** Values of flags, by their names. */
export const flagValues: Readonly<Record<string, Names>> = {
  'cap-add': fixed(
    'ALL',
    'CAP_CHOWN',
    'CAP_NET_ADMIN',
    'CAP_NET_RAW',
    'CAP_SYS_ADMIN',
    'CAP_SYS_PTRACE',
  ),
  'cap-drop': fixed(
    'ALL',
    'CAP_CHOWN',
    'CAP_KILL',
    'CAP_MKNOD',
    'CAP_NET_RAW',
    'CAP_SETGID',
    'CAP_SETUID',
  ),
  context: fixed('default'),
  'log-level': fixed('debug', 'info', 'warn', 'error', 'fatal', 'panic'),
  network: networkNames,
  platform: fixed('linux/386', 'linux/amd64', 'linux/arm64'),
  pull: fixed('always', 'missing', 'never'),
  restart: fixed('always', 'no', 'on-failure', 'unless-stopped'),
  signal: fixed('SIGHUP', 'SIGINT', 'SIGKILL', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'),
  type: fixed(
    ...'config container image network node plugin secret service task volume'.split(' '),
  ),
  'volumes-from': all,
};

/** Flags whose value is a file of the caller's. */
export const fileFlags: readonly string[] = [
  'cidfile',
  'env-file',
  'input',
  'label-file',
  'output',
];

function containers(options: {
  readonly all: boolean;
  readonly states?: readonly string[];
  readonly except?: string;
}): Names {
  return async ({ client, env }) => {
    const list = await containerList(client, { all: options.all });
    const shown = list.filter(
      ({ State }) => (options.states?.includes(State) ?? true) && State !== options.except,
    );
    const ids = env['DOCKER_COMPLETION_SHOW_CONTAINER_IDS'] === 'yes';
    return shown.flatMap(({ Id, Names }) => [
      ...(ids ? [Id] : []),
      ...Names.map((name) => name.replace(/^\//, '')),
    ]);
  };
}

async function imageNames({ client }: NamesOptions): Promise<readonly string[]> {
  return (await imageList(client)).flatMap(({ RepoTags }) => RepoTags ?? []);
}

async function networkNames({ client }: NamesOptions): Promise<readonly string[]> {
  return (await networkList(client)).map(({ Name }) => Name);
}

async function volumeNames({ client }: NamesOptions): Promise<readonly string[]> {
  return ((await volumeList(client)).Volumes ?? []).map(({ Name }) => Name);
}
