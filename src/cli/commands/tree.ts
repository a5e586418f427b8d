/** All commands, in the order and words of the real program's overview. */
import type { Command, CommandNode } from '../command/command.ts';
import { completionNodes } from './completion.ts';
import { attach } from './container/attach.ts';
import { commit } from './container/commit.ts';
import { copy } from './container/copy.ts';
import { create } from './container/create.ts';
import { diff } from './container/diff.ts';
import { exec } from './container/exec.ts';
import { exportContainer } from './container/export.ts';
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
import { stats } from './container/stats.ts';
import { top } from './container/top.ts';
import { update } from './container/update.ts';
import { inspect as contextInspect } from './context/inspect.ts';
import { list as contextList } from './context/list.ts';
import { remove as contextRemove, show as contextShow, use as contextUse } from './context/use.ts';
import { history } from './image/history.ts';
import { importImage } from './image/import.ts';
import { imageListCommand } from './image/list.ts';
import { load } from './image/load.ts';
import { prune as imagePrune } from './image/prune.ts';
import { pull } from './image/pull.ts';
import { push } from './image/push.ts';
import { remove as imageRemove } from './image/remove.ts';
import { save } from './image/save.ts';
import { tag } from './image/tag.ts';
import {
  containerInspectCommand,
  imageInspectCommand,
  inspect,
  networkInspectCommand,
  volumeInspectCommand,
} from './inspect.ts';
import { build, builder, buildx } from './build/groups.ts';
import { config } from './later/config.ts';
import { laterContextCommands } from './later/context.ts';
import { manifest } from './later/manifest.ts';
import { node } from './later/node.ts';
import { plugin } from './later/plugin.ts';
import { checkpoint, plugins } from './later/plugins.ts';
import { secret } from './later/secret.ts';
import { service } from './later/service.ts';
import { stack } from './later/stack.ts';
import { swarm } from './later/swarm.ts';
import { trust } from './later/trust.ts';
import { connect, disconnect } from './network/connect.ts';
import { create as networkCreate } from './network/create.ts';
import { list as networkList } from './network/list.ts';
import { prune as networkPrune } from './network/prune.ts';
import { remove as networkRemove } from './network/remove.ts';
import { login, logout } from './registry/login.ts';
import { search } from './registry/search.ts';
import { df } from './system/df.ts';
import { events } from './system/events.ts';
import { info } from './system/info.ts';
import { prune as systemPrune } from './system/prune.ts';
import { version } from './system/version.ts';
import { create as volumeCreate } from './volume/create.ts';
import { list as volumeList } from './volume/list.ts';
import { prune as volumePrune } from './volume/prune.ts';
import { remove as volumeRemove } from './volume/remove.ts';
import { update as volumeUpdate } from './volume/update.ts';

function leaf(name: string, command: Command, extras: Partial<CommandNode> = {}): CommandNode {
  return { ...extras, name, short: command.short, command };
}

/** Commands that are both `docker x` and `docker container x`. */
const sharedContainerCommands: readonly CommandNode[] = [
  leaf('attach', attach),
  leaf('commit', commit),
  leaf('cp', copy),
  leaf('create', create),
  leaf('diff', diff),
  leaf('export', exportContainer),
  leaf('kill', kill),
  leaf('logs', logs),
  leaf('pause', pause),
  leaf('port', port),
  leaf('rename', rename),
  leaf('restart', restart),
  leaf('rm', containerRemove),
  leaf('start', start),
  leaf('stats', stats),
  leaf('stop', stop),
  leaf('top', top),
  leaf('unpause', unpause),
  leaf('update', update),
  leaf('wait', wait),
];

/** Commands that are both `docker x` and `docker image x`. */
const sharedImageCommands: readonly CommandNode[] = [
  leaf('history', history),
  leaf('import', importImage),
  leaf('load', load),
  leaf('save', save),
  leaf('tag', tag),
];

const common: readonly CommandNode[] = [
  leaf('run', run),
  leaf('exec', exec),
  leaf('ps', containerList),
  build,
  leaf('pull', pull),
  leaf('push', push),
  leaf('images', imageListCommand({ hints: true })),
  leaf('login', login),
  leaf('logout', logout),
  leaf('search', search),
  leaf('version', version),
  leaf('info', info),
].map((command) => ({ ...command, section: 'common' }));

const container = group('container', 'Manage containers', [
  ...sharedContainerCommands.map((command) =>
    command.name === 'rm' ? { ...command, alternateNames: ['remove'] } : command,
  ),
  leaf('exec', exec),
  leaf('inspect', containerInspectCommand),
  leaf('ls', containerList, { alternateNames: ['ps', 'list'] }),
  leaf('prune', containerPrune),
  leaf('run', run),
]);

const context = group('context', 'Manage contexts', [
  ...laterContextCommands,
  leaf('inspect', contextInspect),
  leaf('ls', contextList, { alternateNames: ['list'] }),
  leaf('rm', contextRemove, { alternateNames: ['remove'] }),
  leaf('show', contextShow),
  leaf('use', contextUse),
]);

const image = group('image', 'Manage images', [
  ...sharedImageCommands,
  build,
  leaf('inspect', imageInspectCommand),
  leaf('ls', imageListCommand({ hints: false }), { alternateNames: ['list'] }),
  leaf('prune', imagePrune),
  leaf('pull', pull),
  leaf('push', push),
  leaf('rm', imageRemove, { alternateNames: ['rmi', 'remove'] }),
]);

const network = group('network', 'Manage networks', [
  leaf('connect', connect),
  leaf('create', networkCreate),
  leaf('disconnect', disconnect),
  leaf('inspect', networkInspectCommand),
  leaf('ls', networkList, { alternateNames: ['list'] }),
  leaf('prune', networkPrune),
  leaf('rm', networkRemove, { alternateNames: ['remove'] }),
]);

const system = group('system', 'Manage Docker', [
  leaf('df', df),
  leaf('events', events),
  leaf('info', info),
  leaf('prune', systemPrune),
]);

const volume: CommandNode = {
  ...group('volume', 'Manage volumes', [
    leaf('create', volumeCreate),
    leaf('inspect', volumeInspectCommand),
    leaf('ls', volumeList, { alternateNames: ['list'] }),
    leaf('prune', volumePrune),
    leaf('rm', volumeRemove, { alternateNames: ['remove'] }),
    leaf('update', volumeUpdate, { section: 'hidden' }),
  ]),
  useSuffix: 'COMMAND',
};

const others: readonly CommandNode[] = [
  ...sharedContainerCommands,
  ...sharedImageCommands,
  leaf('events', events),
  leaf('inspect', inspect),
  leaf('rmi', imageRemove),
].toSorted(byName);

export const commandTree: readonly CommandNode[] = [
  ...common,
  builder,
  buildx,
  checkpoint,
  container,
  context,
  image,
  manifest,
  network,
  plugin,
  system,
  trust,
  volume,
  config,
  node,
  secret,
  service,
  stack,
  swarm,
  ...others,
  ...plugins,
  ...completionNodes,
];

function group(name: string, short: string, children: readonly CommandNode[]): CommandNode {
  return { name, short, section: 'management', children: children.toSorted(byName) };
}

function byName(a: CommandNode, b: CommandNode): number {
  return a.name < b.name ? -1 : 1;
}
