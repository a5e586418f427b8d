/** `docker context show`, `use` and `rm`: there is one context, and it stays. */
import { atLeast, exactly, noArguments } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { boolFlag } from '../../flags/flag-spec.ts';
import { goQuote } from '../../../lib/go-quote.ts';
import { checkContextName, defaultContext, missingContextError } from './default-context.ts';

export const show: Command = {
  use: '',
  short: 'Print the name of the current context',
  arguments: noArguments,
  flags: [],
  run: ({ out }) => out.line(defaultContext),
};

export const use: Command = {
  use: 'CONTEXT',
  short: 'Set the current docker context',
  arguments: { ...exactly(1), words: 'cobra' },
  flags: [],
  async run(context) {
    const [name = ''] = context.args;
    if (name !== defaultContext) {
      checkContextName(name);
      throw await missingContextError(context, name);
    }
    await context.out.line(name);
    await context.err.line(`Current context is now ${goQuote(name)}`);
  },
};

export const remove: Command = {
  use: 'CONTEXT [CONTEXT...]',
  short: 'Remove one or more contexts',
  aliases: 'docker context rm, docker context remove',
  arguments: atLeast(1),
  flags: [boolFlag('force', 'Force the removal of a context in use', { short: 'f' })],
  async run({ args, flags, out }) {
    const failures: string[] = [];
    for (const name of args) {
      if (name === defaultContext) failures.push('context "default" cannot be removed');
      else if (flags.bool('force')) await out.line(name);
      else failures.push(`context ${goQuote(name)} does not exist`);
    }
    if (failures.length > 0) throw new Error(failures.join('\n'));
  },
};
