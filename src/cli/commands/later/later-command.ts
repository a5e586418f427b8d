/**
 * Commands that Docker has and whose engine part is still to come. Their help and their complaints about the command
 * line are the real ones; run, they say that they are not available.
 */
import type { ArgumentRule, Command, CommandNode } from '../../command/command.ts';
import { notAvailableError } from '../../command/usage-error.ts';
import type { FlagSpec } from '../../flags/flag-spec.ts';

export interface LaterCommandOptions {
  readonly use: string;
  readonly short: string;
  readonly long?: string;
  readonly aliases?: string;
  readonly flags: readonly FlagSpec[];
  /** Hidden where it needs a swarm: help lists it only on a manager. */
  readonly section?: 'hidden';
  /** Where the usage line does not tell. */
  readonly arguments?: ArgumentRule;
  /** Where the engine has an answer already. */
  readonly run?: Command['run'];
}

/** `path` is what follows `docker`: `swarm init`. */
export function laterCommand(path: string, options: LaterCommandOptions): CommandNode {
  const { section, ...words } = options;
  const command: Command = {
    arguments: argumentsOf(options.use),
    run: (context) => Promise.reject(notAvailableError(context.path)),
    ...words,
  };
  return {
    name: lastWord(path),
    alternateNames: alternateNames(path, options.aliases ?? ''),
    short: options.short,
    command,
    ...(section === undefined ? {} : { section }),
  };
}

export function laterGroup(
  group: CommandNode & { readonly children: readonly CommandNode[] },
): CommandNode {
  return group;
}

/** As the usage line has it: `[X]` may be left out, `...` repeats, `a | b` is one. */
export function argumentsOf(use: string): ArgumentRule {
  const words = use
    .replace('[OPTIONS]', '')
    .replaceAll(/(\S+)(?: \| \S+)+/g, '$1')
    .split(' ')
    .filter((word) => word !== '');
  const min = words.filter((word) => !word.startsWith('[')).length;
  const max = use.includes('...') ? Number.POSITIVE_INFINITY : words.length;
  return { min, max };
}

/** The other last words of the paths in the same group. */
function alternateNames(path: string, aliases: string): readonly string[] {
  const group = path.split(' ').slice(0, -1).join(' ');
  return aliases
    .split(', ')
    .filter((alias) => alias.startsWith(`docker ${group} `) || group === '')
    .map(lastWord)
    .filter((name) => name !== lastWord(path));
}

function lastWord(path: string): string {
  return path.split(' ').at(-1) ?? path;
}
