/** `docker push` */
import { imagePush } from '../../../client/images.ts';
import { exactly } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { registryAuthHeaders } from '../../config/registry-auth.ts';
import { boolFlag, stringFlag } from '../../flags/flag-spec.ts';
import { printNote } from '../../format/note.ts';
import { parsePlatform } from '../../platform.ts';
import type { Platform } from '../../platform.ts';
import { displayMessages } from '../../progress/display-messages.ts';
import {
  familiarString,
  fullString,
  isNameOnly,
  parseReference,
  withDefaultTag,
} from '../../reference.ts';

export const push: Command = {
  use: '[OPTIONS] NAME[:TAG]',
  short: 'Upload an image to a registry',
  aliases: 'docker image push, docker push',
  arguments: exactly(1),
  flags: [
    boolFlag('all-tags', 'Push all tags of an image to the repository', { short: 'a' }),
    boolFlag('disable-content-trust', 'Skip image signing (default true)', { initial: true }),
    stringFlag(
      'platform',
      'Push a platform-specific manifest as a single-platform image to the registry.\n' +
        "Image index won't be pushed, meaning that other manifests, including attestations won't be preserved.\n" +
        "'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)",
    ),
    boolFlag('quiet', 'Suppress verbose output', { short: 'q' }),
  ],
  async run(context) {
    const { flags, out, client, signal } = context;
    const platform = await platformOf(context);
    const all = flags.bool('all-tags');
    const quiet = flags.bool('quiet');
    const given = parseReference(context.args[0] ?? '');
    if (all && !isNameOnly(given)) throw new Error("tag can't be used with --all-tags/-a");
    const reference = all ? given : withDefaultTag(given);
    if (reference !== given && !quiet) await out.line(`Using default tag: ${reference.tag}`);
    const messages = await imagePush(client, {
      name: reference.name,
      tag: all ? '' : (reference.tag ?? ''),
      headers: registryAuthHeaders(context, familiarString(reference)),
      ...(platform === undefined ? {} : { platform }),
      signal,
    });
    await displayMessages(context, messages, quiet ? undefined : out);
    if (quiet) await out.line(fullString(reference));
  },
};

async function platformOf(context: CommandContext): Promise<Platform | undefined> {
  const text = context.flags.string('platform');
  if (text === '') return undefined;
  const platform = await parsed(context, text);
  await printNote(
    context.out,
    'Using --platform pushes only the specified platform manifest of a multi-platform image index.\n' +
      'Other components, like attestations, will not be included.\n' +
      'To push the complete multi-platform image, remove the --platform flag.\n',
  );
  return platform;
}

async function parsed(context: CommandContext, text: string): Promise<Platform> {
  try {
    return parsePlatform(text);
  } catch (error) {
    await context.err.write(`Invalid platform ${text}`);
    throw error;
  }
}
