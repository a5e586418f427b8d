/**
 * All commands, in the order and words of the real program's overview. A name without a command or
 * children is one that is still to come.
 */
import type { Command, CommandNode } from '../command/command.ts';
import { attach } from './container/attach.ts';
import { create } from './container/create.ts';
import { exec } from './container/exec.ts';
import {
  kill,
  pause,
  remove as containerRemove,
  restart,
  stop,
  unpause,
  wait,
} from './container/lifecycle.ts';
import { list as containerList } from './container/list.ts';
import { logs } from './container/logs.ts';
import { port } from './container/port.ts';
import { prune as containerPrune } from './container/prune.ts';
import { rename } from './container/rename.ts';
import { run } from './container/run.ts';
import { start } from './container/start.ts';
import { top } from './container/top.ts';
import { history } from './image/history.ts';
import { imageListCommand } from './image/list.ts';
import { prune as imagePrune } from './image/prune.ts';
import { pull } from './image/pull.ts';
import { remove as imageRemove } from './image/remove.ts';
import { tag } from './image/tag.ts';
import {
  containerInspectCommand,
  imageInspectCommand,
  inspect,
  volumeInspectCommand,
} from './inspect.ts';
import { info } from './system/info.ts';
import { version } from './system/version.ts';
import {
  volumeCreateCommand,
  volumeListCommand,
  volumePruneCommand,
  volumeRemoveCommand,
} from './volume/volume.ts';

function leaf(name: string, command: Command, extras: Partial<CommandNode> = {}): CommandNode {
  return { ...extras, name, short: command.short, command };
}

function later(name: string, short: string, extras: Partial<CommandNode> = {}): CommandNode {
  return { ...extras, name, short };
}

/** Commands that are both `docker x` and `docker container x`. */
const sharedContainerCommands: readonly CommandNode[] = [
  leaf('attach', attach),
  later('commit', "Create a new image from a container's changes"),
  later('cp', 'Copy files/folders between a container and the local filesystem'),
  leaf('create', create),
  later('diff', "Inspect changes to files or directories on a container's filesystem"),
  later('export', "Export a container's filesystem as a tar archive"),
  leaf('kill', kill),
  leaf('logs', logs),
  leaf('pause', pause),
  leaf('port', port),
  leaf('rename', rename),
  leaf('restart', restart),
  leaf('rm', containerRemove),
  leaf('start', start),
  later('stats', 'Display a live stream of container(s) resource usage statistics'),
  leaf('stop', stop),
  leaf('top', top),
  leaf('unpause', unpause),
  later('update', 'Update configuration of one or more containers'),
  leaf('wait', wait),
];

/** Commands that are both `docker x` and `docker image x`. */
const sharedImageCommands: readonly CommandNode[] = [
  leaf('history', history),
  later('import', 'Import the contents from a tarball to create a filesystem image'),
  later('load', 'Load an image from a tar archive or STDIN'),
  later('save', 'Save one or more images to a tar archive (streamed to STDOUT by default)'),
  leaf('tag', tag),
];

const build = later('build', 'Build an image from a Dockerfile');
const push = later('push', 'Upload an image to a registry');
const events = later('events', 'Get real time events from the server');

const common: readonly CommandNode[] = [
  leaf('run', run),
  leaf('exec', exec),
  leaf('ps', containerList),
  build,
  leaf('pull', pull),
  push,
  leaf('images', imageListCommand({ hints: true })),
  later('login', 'Authenticate to a registry'),
  later('logout', 'Log out from a registry'),
  later('search', 'Search Docker Hub for images'),
  leaf('version', version),
  leaf('info', info),
].map((node) => ({ ...node, section: 'common' }));

const container = group('container', 'Manage containers', [
  ...sharedContainerCommands.map((node) =>
    node.name === 'rm' ? { ...node, alternateNames: ['remove'] } : node,
  ),
  leaf('exec', exec),
  leaf('inspect', containerInspectCommand),
  leaf('ls', containerList, { alternateNames: ['ps', 'list'] }),
  leaf('prune', containerPrune),
  leaf('run', run),
]);

const image = group('image', 'Manage images', [
  ...sharedImageCommands,
  build,
  leaf('inspect', imageInspectCommand),
  leaf('ls', imageListCommand({ hints: false }), { alternateNames: ['list'] }),
  leaf('prune', imagePrune),
  leaf('pull', pull),
  push,
  leaf('rm', imageRemove, { alternateNames: ['rmi', 'remove'] }),
]);

const system = group('system', 'Manage Docker', [
  later('df', 'Show docker disk usage'),
  events,
  leaf('info', info),
  later('prune', 'Remove unused data'),
]);

const volume: CommandNode = {
  ...group('volume', 'Manage volumes', [
    leaf('create', volumeCreateCommand),
    leaf('inspect', volumeInspectCommand),
    leaf('ls', volumeListCommand, { alternateNames: ['list'] }),
    leaf('prune', volumePruneCommand),
    leaf('rm', volumeRemoveCommand, { alternateNames: ['remove'] }),
    later('update', 'Update a volume (cluster volumes only)'),
  ]),
  useSuffix: 'COMMAND',
};

const management: readonly CommandNode[] = [
  later('builder', 'Manage builds', { section: 'management' }),
  later('checkpoint', 'Manage checkpoints', { section: 'management' }),
  container,
  later('context', 'Manage contexts', { section: 'management' }),
  image,
  later('manifest', 'Manage Docker image manifests and manifest lists', { section: 'management' }),
  later('network', 'Manage networks', { section: 'management' }),
  later('plugin', 'Manage plugins', { section: 'management' }),
  system,
  later('trust', 'Manage trust on Docker images', { section: 'management' }),
  volume,
];

const swarm: readonly CommandNode[] = [
  later('config', 'Manage Swarm configs', { section: 'swarm' }),
  later('node', 'Manage Swarm nodes', { section: 'swarm' }),
  later('secret', 'Manage Swarm secrets', { section: 'swarm' }),
  later('service', 'Manage Swarm services', { section: 'swarm' }),
  later('stack', 'Manage Swarm stacks', { section: 'swarm' }),
  later('swarm', 'Manage Swarm', { section: 'swarm' }),
];

/** Plugins of the real program: known, but not listed. */
const plugins: readonly CommandNode[] = [
  later('buildx', 'Docker Buildx', { section: 'hidden' }),
  later('compose', 'Docker Compose', { section: 'hidden' }),
];

const others: readonly CommandNode[] = [
  ...sharedContainerCommands,
  ...sharedImageCommands,
  events,
  leaf('inspect', inspect),
  leaf('rmi', imageRemove),
].toSorted(byName);

export const commandTree: readonly CommandNode[] = [
  ...common,
  ...management,
  ...swarm,
  ...others,
  ...plugins,
];

function group(name: string, short: string, children: readonly CommandNode[]): CommandNode {
  return { name, short, section: 'management', children: children.toSorted(byName) };
}

function byName(a: CommandNode, b: CommandNode): number {
  return a.name < b.name ? -1 : 1;
}
