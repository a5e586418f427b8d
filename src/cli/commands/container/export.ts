/** `docker export` */
import { containerExport } from '../../../client/containers.ts';
import { exactly } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { stringFlag } from '../../flags/flag-spec.ts';
import { checkArchiveOutput, writeArchive } from '../../streams/archive-output.ts';

export const exportContainer: Command = {
  use: '[OPTIONS] CONTAINER',
  short: "Export a container's filesystem as a tar archive",
  aliases: 'docker container export, docker export',
  arguments: exactly(1),
  flags: [stringFlag('output', 'Write to a file, instead of STDOUT', { short: 'o' })],
  async run(context) {
    const path = context.flags.string('output');
    await checkArchiveOutput(context, { path, failure: 'failed to export container' });
    const [container = ''] = context.args;
    const { signal } = context;
    const archive = await containerExport(context.client, { container, signal });
    await writeArchive(context, { path, archive });
  },
};
