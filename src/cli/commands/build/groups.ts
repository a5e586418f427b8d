/** `docker builder …` and `docker buildx …`. */
import type { CommandNode } from '../../command/command.ts';
import { laterCommand } from '../later/later-command.ts';
import { builderPrune, buildxDiskUsage, buildxPrune } from './build-cache.ts';
import { buildxInspect, buildxList, buildxVersion } from './builders.ts';
import { buildxBuild } from './buildx-build.ts';
import { classicBuild } from './classic-build.ts';

export const build: CommandNode = {
  name: 'build',
  short: classicBuild.short,
  command: classicBuild,
};

export const builder: CommandNode = {
  name: 'builder',
  short: 'Manage builds',
  section: 'management',
  children: [build, { name: 'prune', short: builderPrune.short, command: builderPrune }],
};

const managing: readonly [name: string, use: string, short: string][] = [
  ['bake', '[OPTIONS] [TARGET...]', 'Build from a file'],
  ['create', '[OPTIONS] [CONTEXT|ENDPOINT]', 'Create a new builder instance'],
  ['dial-stdio', '', 'Proxy current stdio streams to builder instance'],
  ['history', '', 'Commands to work on build records'],
  ['imagetools', '', 'Commands to work on images in registry'],
  ['rm', '[OPTIONS] [NAME...]', 'Remove one or more builder instances'],
  ['stop', '[NAME]', 'Stop builder instance'],
  ['use', '[OPTIONS] NAME', 'Set the current builder instance'],
];

export const buildx: CommandNode = {
  name: 'buildx',
  short: 'Docker Buildx',
  long: 'Extended build capabilities with BuildKit',
  section: 'hidden',
  children: [
    { name: 'build', alternateNames: ['b'], short: buildxBuild.short, command: buildxBuild },
    { name: 'du', short: buildxDiskUsage.short, command: buildxDiskUsage },
    { name: 'inspect', short: buildxInspect.short, command: buildxInspect },
    { name: 'ls', short: buildxList.short, command: buildxList },
    { name: 'prune', short: buildxPrune.short, command: buildxPrune },
    { name: 'version', short: buildxVersion.short, command: buildxVersion },
    ...managing.map(([name, use, short]) =>
      laterCommand(`buildx ${name}`, { use, short, flags: [] }),
    ),
  ].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
};
