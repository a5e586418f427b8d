/** `docker create` */
import { errorMessage } from '../../../lib/errors.ts';
import { atLeast } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { ExitError } from '../../command/exit-error.ts';
import { buildConfig } from '../../container-config/build-config.ts';
import { createFlags } from '../../container-config/create-flags.ts';
import { stringFlag } from '../../flags/flag-spec.ts';
import { checkPullOption, createContainer } from './create-container.ts';

export const create: Command = {
  use: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  short: 'Create a new container',
  aliases: 'docker container create, docker create',
  arguments: atLeast(1),
  interspersed: false,
  flags: [
    ...createFlags,
    stringFlag(
      'pull',
      'Pull image before creating ("always", "|missing", "never") (default "missing")',
      { initial: 'missing' },
    ),
  ],
  async run(context) {
    const config = await configOf(context);
    await context.out.line(await createContainer(context, config));
  },
};

async function configOf(context: CommandContext) {
  try {
    checkPullOption(context.flags.string('pull'));
    return await buildConfig(context);
  } catch (error) {
    const hint = "Run 'docker create --help' for more information";
    throw new ExitError(125, `docker: ${errorMessage(error)}\n\n${hint}`, { cause: error });
  }
}
