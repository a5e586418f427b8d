/** `docker rename` */
import { containerRename } from '../../../client/containers.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { exactly } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';

export const rename: Command = {
  use: 'CONTAINER NEW_NAME',
  short: 'Rename a container',
  aliases: 'docker container rename, docker rename',
  arguments: exactly(2),
  flags: [],
  async run(context) {
    const [container = '', name = ''] = context.args.map((argument) => argument.trim());
    if (container === '' || name === '') {
      throw new Error('Error: Neither old nor new names may be empty');
    }
    try {
      await containerRename(context.client, { container, name });
    } catch (error) {
      await context.err.line(errorMessage(error));
      throw new Error(`Error: failed to rename container named ${container}`, { cause: error });
    }
  },
};
