/** `docker pull` */
import { imageCreate } from '../../../client/images.ts';
import { exactly } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { registryAuthHeaders } from '../../config/registry-auth.ts';
import { platformFlagSpec, platformOf } from '../../flags/platform-flag.ts';
import { boolFlag } from '../../flags/flag-spec.ts';
import { displayMessages } from '../../progress/display-messages.ts';
import { fullString, isNameOnly, parseReference, withDefaultTag } from '../../reference.ts';

export const pull: Command = {
  use: '[OPTIONS] NAME[:TAG|@DIGEST]',
  short: 'Download an image from a registry',
  aliases: 'docker image pull, docker pull',
  arguments: exactly(1),
  flags: [
    boolFlag('all-tags', 'Download all tagged images in the repository', { short: 'a' }),
    boolFlag('disable-content-trust', 'Skip image verification (default true)', { initial: true }),
    platformFlagSpec,
    boolFlag('quiet', 'Suppress verbose output', { short: 'q' }),
  ],
  async run(context) {
    const { flags, out, client, signal } = context;
    const all = flags.bool('all-tags');
    const quiet = flags.bool('quiet');
    const given = parseReference(context.args[0] ?? '');
    if (all && !isNameOnly(given)) throw new Error("tag can't be used with --all-tags/-a");
    const reference = all ? given : withDefaultTag(given);
    if (reference !== given && !quiet) await out.line(`Using default tag: ${reference.tag}`);
    const messages = await imageCreate(client, {
      name: reference.name,
      tag: reference.digest ?? reference.tag ?? '',
      platform: platformOf(context),
      headers: registryAuthHeaders(context, reference.name),
      signal,
    });
    await displayMessages(context, messages, quiet ? undefined : out);
    await out.line(fullString(reference));
  },
};
