/** `docker save` */
import { imageSave } from '../../../client/images.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { atLeast } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { stringFlag } from '../../flags/flag-spec.ts';
import { parsePlatform } from '../../platform.ts';
import type { Platform } from '../../platform.ts';
import { checkArchiveOutput, writeArchive } from '../../streams/archive-output.ts';

export const save: Command = {
  use: '[OPTIONS] IMAGE [IMAGE...]',
  short: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
  aliases: 'docker image save, docker save',
  arguments: atLeast(1),
  flags: [
    stringFlag('output', 'Write to a file, instead of STDOUT', { short: 'o' }),
    stringFlag(
      'platform',
      'Save only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
    ),
  ],
  async run(context) {
    const platform = platformFlag(context);
    const path = context.flags.string('output');
    await checkArchiveOutput(context, { path, failure: 'failed to save image' });
    const archive = await imageSave(context.client, {
      images: context.args,
      ...(platform === undefined ? {} : { platform }),
      signal: context.signal,
    });
    await writeArchive(context, { path, archive });
  },
};

/** Undefined when `--platform` is not given. */
export function platformFlag(context: CommandContext): Platform | undefined {
  const text = context.flags.string('platform');
  if (text === '') return undefined;
  try {
    return parsePlatform(text);
  } catch (error) {
    throw new Error(`invalid platform: ${errorMessage(error)}`, { cause: error });
  }
}
