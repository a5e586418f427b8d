/** Help texts, made from the command table. */
import type { FlagSpec } from '../flags/flag-spec.ts';
import { flagUsages } from '../flags/flag-usage.ts';
import type { Command, CommandNode } from './command.ts';
import { useLine } from './usage-error.ts';

/** Width of the column of command names. */
const nameColumns = 11;

export interface HelpOptions {
  readonly path: string;
  /** Columns of the caller's terminal. */
  readonly columns: number;
}

export function commandHelp(command: Command, options: HelpOptions): string {
  const sections = [`Usage:  ${useLine(options.path, command.use)}`, command.long ?? command.short];
  if (command.aliases !== undefined) sections.push(`Aliases:\n  ${command.aliases}`);
  if (command.flags.some((flag) => flag.hidden !== true)) {
    sections.push(`Options:\n${flagUsages(command.flags, options.columns - 1)}`);
  }
  if (command.footer !== undefined) sections.push(command.footer);
  return `${sections.join('\n\n')}\n`;
}

export function groupHelp(group: CommandNode, options: HelpOptions): string {
  const shown = group.children?.filter((node) => node.section !== 'hidden') ?? [];
  const groups = shown.filter((node) => node.section === 'management');
  const commands = shown.filter((node) => node.section !== 'management');
  const flags = group.flags ?? [];
  return [
    `Usage:  ${options.path}${flags.length > 0 ? ' [OPTIONS]' : ''} COMMAND`,
    group.long ?? group.short,
    ...(flags.length > 0 ? [`Options:\n${flagUsages(flags, options.columns - 1)}`] : []),
    ...(groups.length > 0 ? [`Management Commands:\n${commandList(groups)}`] : []),
    ...(commands.length > 0 ? [`Commands:\n${commandList(commands)}`] : []),
    `Run '${options.path} COMMAND --help' for more information on a command.`,
    ...(group.footer === undefined ? [] : [group.footer]),
  ]
    .join('\n\n')
    .concat('\n');
}

export function overview(
  nodes: readonly CommandNode[],
  options: HelpOptions & {
    readonly globalFlags: readonly FlagSpec[];
    readonly bold: boolean;
    /** Leaves out the short forms that management commands have replaced. */
    readonly hidesLegacy: boolean;
  },
): string {
  const of = (section: CommandNode['section']) => nodes.filter((node) => node.section === section);
  const guides = 'For more help on how to use Docker, head to https://docs.docker.com/go/guides/';
  return [
    'Usage:  docker [OPTIONS] COMMAND',
    'A self-sufficient runtime for containers',
    `Common Commands:\n${commandList(of('common'))}`,
    `Management Commands:\n${commandList(of('management'))}`,
    `Swarm Commands:\n${commandList(of('swarm'))}`,
    ...(options.hidesLegacy ? [] : [`Commands:\n${commandList(of(undefined))}`]),
    `Global Options:\n${flagUsages(options.globalFlags, options.columns - 1)}`,
    "Run 'docker COMMAND --help' for more information on a command.",
    `${options.bold ? `\x1b[1m${guides}\x1b[0m` : guides}\n`,
  ].join('\n\n');
}

function commandList(nodes: readonly CommandNode[]): string {
  return nodes.map((node) => `  ${node.name.padEnd(nameColumns)} ${node.short}`).join('\n');
}
