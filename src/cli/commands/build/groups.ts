/** `docker builder …` and `docker buildx …`. */
import type { Command, CommandNode } from '../../command/command.ts';
import { laterCommand } from '../later/later-command.ts';
import { builderPrune, buildxDiskUsage, buildxPrune } from './build-cache.ts';
import { buildxInspect, buildxList, buildxVersion } from './builders.ts';
import { buildxBuild } from './buildx-build.ts';
import { builderFlags, experimentalHint } from './buildx-flags.ts';
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

function hinted(command: Command): Command {
  return { ...command, footer: experimentalHint };
}

/** Still to come; two of them are groups of commands. */
const managing: readonly [name: string, use: string, short: string, section?: 'management'][] = [
  ['bake', '[OPTIONS] [TARGET...]', 'Build from a file'],
  ['create', '[OPTIONS] [CONTEXT|ENDPOINT]', 'Create a new builder instance'],
  ['dial-stdio', '', 'Proxy current stdio streams to builder instance'],
  ['history', '', 'Commands to work on build records', 'management'],
  ['imagetools', '', 'Commands to work on images in registry', 'management'],
  ['rm', '[OPTIONS] [NAME...]', 'Remove one or more builder instances'],
  ['stop', '[NAME]', 'Stop builder instance'],
  ['use', '[OPTIONS] NAME', 'Set the current builder instance'],
];

export const buildx: CommandNode = {
  name: 'buildx',
  short: 'Docker Buildx',
  long: 'Extended build capabilities with BuildKit',
  flags: builderFlags,
  footer: experimentalHint,
  section: 'hidden',
  children: [
    {
      name: 'build',
      alternateNames: ['b'],
      short: buildxBuild.short,
      command: hinted(buildxBuild),
    },
    { name: 'du', short: buildxDiskUsage.short, command: hinted(buildxDiskUsage) },
    { name: 'inspect', short: buildxInspect.short, command: hinted(buildxInspect) },
    { name: 'ls', short: buildxList.short, command: hinted(buildxList) },
    { name: 'prune', short: buildxPrune.short, command: hinted(buildxPrune) },
    { name: 'version', short: buildxVersion.short, command: hinted(buildxVersion) },
    ...managing.map(([name, use, short, section]) => ({
      ...laterCommand(`buildx ${name}`, { use, short, flags: builderFlags }),
      ...(section === undefined ? {} : { section }),
    })),
  ].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
};
