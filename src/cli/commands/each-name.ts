/** Does one thing to each name on the command line, and reports as Docker does. */
import { errorMessage } from '../../lib/errors.ts';
import type { CommandContext } from '../command/command.ts';

/** How many requests are under way at once. */
const parallelMax = 50;

export interface EachOptions {
  /** One after the other, for what must not happen at once. */
  readonly serial?: boolean;
  /** True when the failure of one name is only worth a message. */
  readonly tolerates?: (error: unknown) => boolean;
}

/** Prints each name that went well, in order; throws all failures as one error with a line each. */
export async function eachName(
  context: CommandContext,
  action: (name: string) => Promise<void>,
  options: EachOptions = {},
): Promise<void> {
  const names = context.args;
  const failures: string[] = [];
  const width = options.serial === true ? 1 : parallelMax;
  for (let start = 0; start < names.length; start += width) {
    const batch = names.slice(start, start + width);
    const results = batch.map((name) =>
      action(name).then(
        () => ({ name }),
        (error: unknown) => ({ name, error }),
      ),
    );
    for (const result of results)
      await report(context, { result: await result, failures, options });
  }
  if (failures.length > 0) throw new Error(failures.join('\n'));
}

async function report(
  context: CommandContext,
  state: {
    readonly result: { readonly name: string } | { readonly name: string; readonly error: unknown };
    readonly failures: string[];
    readonly options: EachOptions;
  },
): Promise<void> {
  const { result, failures, options } = state;
  if (!('error' in result)) return context.out.line(result.name);
  const message = errorMessage(result.error);
  if (options.tolerates?.(result.error) === true) return context.err.line(message);
  failures.push(message);
}
