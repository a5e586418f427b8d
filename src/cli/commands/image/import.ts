/** `docker import` */
import { imageImport } from '../../../client/images.ts';
import { atLeast } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { listFlag, stringFlag } from '../../flags/flag-spec.ts';
import { platformOf, platformFlagSpec } from '../../flags/platform-flag.ts';
import { displayMessages } from '../../progress/display-messages.ts';
import { openFile } from '../../streams/archive-output.ts';

export const importImage: Command = {
  use: '[OPTIONS] file|URL|- [REPOSITORY[:TAG]]',
  short: 'Import the contents from a tarball to create a filesystem image',
  aliases: 'docker image import, docker import',
  arguments: atLeast(1),
  flags: [
    listFlag('change', 'Apply Dockerfile instruction to the created image', { short: 'c' }),
    stringFlag('message', 'Set commit message for imported image', { short: 'm' }),
    platformFlagSpec,
  ],
  async run(context) {
    const { flags, invocation } = context;
    const [source = '', reference = ''] = context.args;
    const remote = /^https?:\/\//.test(source);
    const archive = source === '-' ? invocation.stdin : await openFileUnless(remote);
    const messages = await imageImport(context.client, {
      source: remote ? source : '-',
      ...(archive === undefined ? {} : { archive }),
      reference,
      message: flags.string('message'),
      changes: flags.list('change'),
      platform: platformOf(context),
      signal: context.signal,
    });
    await displayMessages(context, messages, context.out);

    async function openFileUnless(isRemote: boolean) {
      return isRemote ? undefined : openFile(context, source);
    }
  },
};
