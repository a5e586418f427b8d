/** `docker top` */
import { containerTop } from '../../../client/containers.ts';
import { atLeast } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { alignTabs } from '../../format/tab-writer.ts';

export const top: Command = {
  use: 'CONTAINER [ps OPTIONS]',
  short: 'Display the running processes of a container',
  aliases: 'docker container top, docker top',
  arguments: atLeast(1),
  interspersed: false,
  flags: [],
  async run(context) {
    const [container = '', ...psArguments] = context.args;
    const list = await containerTop(context.client, {
      container,
      psArguments: psArguments.join(' '),
    });
    const rows = [list.Titles, ...list.Processes].map((cells) => `${cells.join('\t')}\n`);
    await context.out.write(alignTabs(rows.join(''), { minWidth: 20, padding: 3 }));
  },
};
