/** Docker's words for a command line that does not fit the command. */
import type { ArgumentRule, Command, CommandNode } from './command.ts';
import { ExitError } from './exit-error.ts';

/** A flag that cannot be read. */
export function flagError(message: string, options: { path: string; useLine: string }): ExitError {
  return new ExitError(
    125,
    `${message}\n\nUsage:  ${options.useLine}\n\nRun '${options.path} --help' for more information`,
  );
}

/** Undefined when the number of arguments is right. */
export function argumentError(
  command: Command,
  options: { readonly path: string; readonly count: number },
): ExitError | undefined {
  const { path, count } = options;
  if (count >= command.arguments.min && count <= command.arguments.max) return undefined;
  if (command.arguments.words === 'cobra') {
    return new ExitError(1, `accepts ${command.arguments.max} arg(s), received ${count}`);
  }
  const [complaint, lead] = argumentComplaint(command.arguments);
  return new ExitError(
    1,
    `docker: '${path}' ${complaint}\n\nUsage:  ${useLine(path, command.use)}\n\n` +
      `${lead} '${path} --help' for more information`,
  );
}

/** The complaint, and the first word of the hint below it: the real CLI's differ, one by a typo. */
function argumentComplaint(rule: ArgumentRule): [string, string] {
  const { min, max } = rule;
  if (max === 0) return ['accepts no arguments', 'Run'];
  if (min === max) return [`requires ${count(min)}`, 'Run'];
  if (max === Number.POSITIVE_INFINITY) return [`requires at least ${count(min)}`, 'See'];
  if (min === 0) return [`requires at most ${count(max)}`, 'SRun'];
  return [`requires at least ${min} and at most ${count(max)}`, 'Run'];
}

export function unknownCommandError(
  path: string,
  options: { readonly name: string; readonly group?: CommandNode },
): ExitError {
  const { name, group } = options;
  const usage = group === undefined ? '' : `Usage:  ${useLine(path, group.useSuffix ?? '')}\n\n`;
  return new ExitError(
    1,
    `docker: unknown command: ${path} ${name}\n\n${usage}Run '${path} --help' for more information`,
  );
}

export function notAvailableError(path: string): ExitError {
  return new ExitError(1, `docker: '${path}' is not available yet in Bottleship`);
}

export function useLine(path: string, use: string): string {
  return use === '' ? path : `${path} ${use}`;
}

function count(number: number): string {
  return `${number} ${number === 1 ? 'argument' : 'arguments'}`;
}
