/**
 * Completions of a command line, as the `__complete` protocol has them: a line each, with a description after a tab,
 * and a last line `:<directive>` that tells the shell what to make of them.
 */
import { find } from '../command/command.ts';
import type { Command, CommandNode } from '../command/command.ts';
import { globalFlags } from '../commands/global-flags.ts';
import type { FlagSpec } from '../flags/flag-spec.ts';
import { fileFlags, flagValuesOf, valuesAreNoFiles } from './flag-values.ts';
import { fileCommands, subjectOf } from './subjects.ts';
import type { Names, NamesOptions } from './subjects.ts';

/** What the shell may do besides. */
export const directive = { files: 0, error: 1, noSpace: 2, noFiles: 4 } as const;

export interface Completions {
  readonly lines: readonly string[];
  readonly directive: number;
}

/** The last word is the one that is being typed; it may be empty. */
export async function complete(
  words: readonly string[],
  options: NamesOptions & {
    /** All commands. */
    readonly tree: readonly CommandNode[];
    readonly describes: boolean;
  },
): Promise<Completions> {
  const typed = words.at(-1) ?? '';
  const place = locate(words.slice(0, -1), options.tree);
  const completions = await completionsAt(place, { ...options, typed });
  if (options.describes) return completions;
  const lines = completions.lines.map((line) => line.split('\t')[0] ?? '');
  return { ...completions, lines };
}

/** Where in a command line the typed word stands. */
interface Place {
  readonly path: readonly string[];
  readonly command: Command | undefined;
  /** Commands that may stand here; undefined within a command. */
  readonly nodes: readonly CommandNode[] | undefined;
  readonly flags: readonly FlagSpec[];
  readonly given: ReadonlySet<string>;
  /** The flag that waits for its value. */
  readonly pending: FlagSpec | undefined;
  /** Words so far that are no flags. */
  readonly arguments: readonly string[];
  /** After `--`, or after the first word of a command whose rest is not its own. */
  readonly flagsEnded: boolean;
}

function locate(words: readonly string[], tree: readonly CommandNode[]): Place {
  let nodes: readonly CommandNode[] | undefined = tree;
  let flags = globalFlags;
  let command: Command | undefined;
  let pending: FlagSpec | undefined;
  let flagsEnded = false;
  const path: string[] = [];
  const others: string[] = [];
  const given = new Set<string>();
  for (const word of words) {
    if (pending !== undefined) {
      pending = undefined;
    } else if (word === '--') {
      flagsEnded = true;
    } else if (!flagsEnded && word.startsWith('-') && word !== '-') {
      const spec = flagOf(word, flags);
      if (spec !== undefined) given.add(spec.name);
      pending = spec?.implied === undefined && !word.includes('=') ? spec : undefined;
    } else if (nodes !== undefined) {
      const node = find(nodes, word);
      path.push(node?.name ?? word);
      command = node?.command;
      flags = command?.flags ?? [];
      nodes = node?.children;
      given.clear();
    } else {
      others.push(word);
      flagsEnded ||= command?.interspersed === false;
    }
  }
  return { path, command, nodes, flags, given, pending, arguments: others, flagsEnded };
}

/** The flag of a word like `--name`, `--name=value` or a cluster `-it`, whose last letter counts. */
function flagOf(word: string, flags: readonly FlagSpec[]): FlagSpec | undefined {
  if (word.startsWith('--')) {
    const name = word.slice(2).split('=')[0];
    return flags.find((flag) => flag.name === name);
  }
  const letters = word.slice(1).split('=')[0] ?? '';
  return flags.find((flag) => flag.short === letters.at(-1));
}

async function completionsAt(
  place: Place,
  options: NamesOptions & { readonly typed: string },
): Promise<Completions> {
  const { typed } = options;
  if (place.pending !== undefined) return valuesOf(place, place.pending, options);
  if (!place.flagsEnded && typed.startsWith('-')) {
    const [name, value] = typed.split('=');
    const spec = value === undefined ? undefined : flagOf(name ?? '', place.flags);
    return spec === undefined ? flagNames(place, typed) : valuesOf(place, spec, options);
  }
  if (place.nodes !== undefined) return commandNames(place.nodes, typed);
  return positional(place, options);
}

async function valuesOf(place: Place, spec: FlagSpec, options: NamesOptions): Promise<Completions> {
  const path = place.path.join(' ').replace(/^container /, '');
  const values = flagValuesOf(path, spec.name);
  if (values === undefined) {
    const noFiles = valuesAreNoFiles.includes(path) && !fileFlags.includes(spec.name);
    return { lines: [], directive: noFiles ? directive.noFiles : directive.files };
  }
  const completions = await namesOf(values.names, options);
  const goesOn = values.goesOn === true && completions.directive !== directive.error;
  return goesOn ? { ...completions, directive: directive.noSpace } : completions;
}

async function positional(place: Place, options: NamesOptions): Promise<Completions> {
  const path = place.path.join(' ');
  if (fileCommands.includes(path.replace(/^(container|image) /, ''))) {
    return { lines: [], directive: directive.files };
  }
  if (place.command === undefined) return { lines: [], directive: directive.files };
  const subject = subjectOf(path);
  const full = subject?.count !== undefined && place.arguments.length >= subject.count;
  if (subject === undefined || full) return { lines: [], directive: directive.noFiles };
  return namesOf(subject.names, { ...options, words: place.arguments });
}

/** The engine may not answer; the shell then completes nothing. */
async function namesOf(names: Names, options: NamesOptions): Promise<Completions> {
  try {
    return { lines: await names(options), directive: directive.noFiles };
  } catch {
    return { lines: [], directive: directive.error };
  }
}

function commandNames(nodes: readonly CommandNode[], typed: string): Completions {
  const lines = nodes
    .filter(({ name, section }) => section !== 'hidden' && name.startsWith(typed))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, short }) => `${name}\t${short}`);
  return { lines, directive: directive.noFiles };
}

function flagNames({ flags, given }: Place, typed: string): Completions {
  const lines = flags
    .filter((flag) => flag.hidden !== true && !given.has(flag.name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((flag) => {
      const names = [`--${flag.name}`, ...(flag.short === undefined ? [] : [`-${flag.short}`])];
      const shown = names.filter((name) => name.startsWith(typed));
      return shown.map((name) => `${name}\t${describe(flag)}`);
    });
  return { lines, directive: directive.noFiles };
}

/** The first line, without the default that the help adds. */
function describe(flag: FlagSpec): string {
  const [first = ''] = flag.usage.split('\n');
  return first.replace(/ \(default ("[^"]*"|\[\]|map\[\]|true|-?[1-9]\d*)\)$/, '');
}
