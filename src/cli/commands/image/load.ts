/** `docker load` */
import { imageLoad } from '../../../client/images.ts';
import { jsonLines } from '../../../client/json-stream.ts';
import type { JsonMessage } from '../../../api/image.ts';
import { noArguments } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { boolFlag, stringFlag } from '../../flags/flag-spec.ts';
import { displayMessages } from '../../progress/display-messages.ts';
import { openFile } from '../../streams/archive-output.ts';
import { copyPlain } from '../../streams/attached-streams.ts';
import { platformFlag } from './save.ts';

export const load: Command = {
  use: '[OPTIONS]',
  short: 'Load an image from a tar archive or STDIN',
  aliases: 'docker image load, docker load',
  arguments: noArguments,
  flags: [
    stringFlag('input', 'Read from tar archive file, instead of STDIN', { short: 'i' }),
    stringFlag(
      'platform',
      'Load only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
    ),
    boolFlag('quiet', 'Suppress the load output', { short: 'q' }),
  ],
  async run(context) {
    const { flags, invocation, out } = context;
    const path = flags.string('input');
    if (path === '' && invocation.terminal.stdin) {
      throw new Error('requested load from stdin, but stdin is empty');
    }
    const archive = path === '' ? invocation.stdin : await openFile(context, path);
    const platform = platformFlag(context);
    const { body, json } = await imageLoad(context.client, {
      archive,
      quiet: flags.bool('quiet') || !out.terminal,
      ...(platform === undefined ? {} : { platform }),
      signal: context.signal,
    });
    if (!json) return copyPlain(body, out);
    await displayMessages(context, jsonLines<JsonMessage>(body), out);
  },
};
