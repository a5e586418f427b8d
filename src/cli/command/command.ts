/** What a command is: words for its help, rules for its arguments, flags, and what it does. */
import type { ApiClient } from '../../client/api-client.ts';
import type { ConfigFile } from '../config/config-file.ts';
import type { FlagSpec } from '../flags/flag-spec.ts';
import type { ParsedFlags } from '../flags/parsed-flags.ts';
import type { CliHost, CliInvocation } from '../invocation.ts';
import type { Output } from '../output.ts';

/** Everything one run of a command works with. */
export interface CommandContext {
  /** What the command is called, `docker` included. */
  readonly path: string;
  /** All commands there are. */
  readonly tree: readonly CommandNode[];
  readonly invocation: CliInvocation;
  readonly host: CliHost;
  readonly client: ApiClient;
  /** The user's `config.json`. */
  readonly config: ConfigFile;
  readonly out: Output;
  readonly err: Output;
  readonly flags: ParsedFlags;
  readonly args: readonly string[];
  /** Aborted by SIGINT and SIGTERM, and when the caller is gone. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  now(): number;
}

export interface ArgumentRule {
  readonly min: number;
  readonly max: number;
  /** The words of the library beneath, which one command of the real program lets through. */
  readonly words?: 'cobra';
}

export const noArguments: ArgumentRule = { min: 0, max: 0 };

export function atLeast(min: number): ArgumentRule {
  return { min, max: Number.POSITIVE_INFINITY };
}

export function exactly(count: number): ArgumentRule {
  return { min: count, max: count };
}

export function between(min: number, max: number): ArgumentRule {
  return { min, max };
}

export interface Command {
  /** What follows the command's path in its usage line: `[OPTIONS] IMAGE`. */
  readonly use: string;
  /** One line for the list of commands. */
  readonly short: string;
  /** The help's description where it is not `short`. */
  readonly long?: string;
  /** The line under `Aliases:`, verbatim. */
  readonly aliases?: string;
  /** What the help ends with. */
  readonly footer?: string;
  readonly arguments: ArgumentRule;
  readonly flags: readonly FlagSpec[];
  /** False where everything after the first argument belongs to the container. */
  readonly interspersed?: false;
  /** Resolves with nothing for success; throws an ExitError or any error (code 1). */
  readonly run: (context: CommandContext) => Promise<void>;
}

/** A name in the tree: a command, a group of commands, or one that is still to come. */
export interface CommandNode {
  readonly name: string;
  readonly alternateNames?: readonly string[];
  readonly short: string;
  readonly command?: Command;
  readonly children?: readonly CommandNode[];
  /** Where the overview lists it. */
  readonly section?: 'common' | 'management' | 'swarm' | 'hidden';
  /** The usage line of a group in errors, where it is more than its path. */
  readonly useSuffix?: string;
  /** Why this engine cannot do it, after the command's path. */
  readonly unsupported?: string;
  /** Flags are not read but handed on. */
  readonly passesFlags?: true;
  /** A group's description where it is not `short`. */
  readonly long?: string;
  /** Of a group: may stand before the command's name, and all its commands have them. */
  readonly flags?: readonly FlagSpec[];
  /** What a group's help ends with. */
  readonly footer?: string;
}

export function find(nodes: readonly CommandNode[], name: string): CommandNode | undefined {
  return nodes.find((node) => node.name === name || node.alternateNames?.includes(name) === true);
}
