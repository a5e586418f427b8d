/** `docker commit` */
import { containerCommit } from '../../../client/container-update.ts';
import { between } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { boolFlag, listFlag, stringFlag } from '../../flags/flag-spec.ts';
import { parseReference, withDefaultTag } from '../../reference.ts';

export const commit: Command = {
  use: '[OPTIONS] CONTAINER [REPOSITORY[:TAG]]',
  short: "Create a new image from a container's changes",
  aliases: 'docker container commit, docker commit',
  arguments: between(1, 2),
  interspersed: false,
  flags: [
    stringFlag('author', 'Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")', {
      short: 'a',
    }),
    listFlag('change', 'Apply Dockerfile instruction to the created image', { short: 'c' }),
    stringFlag('message', 'Commit message', { short: 'm' }),
    boolFlag('pause', 'Pause container during commit (default true)', {
      short: 'p',
      initial: true,
    }),
  ],
  async run(context) {
    const { flags } = context;
    const [container = '', reference = ''] = context.args;
    const { Id } = await containerCommit(context.client, {
      container,
      ...repositoryOf(reference),
      comment: flags.string('message'),
      author: flags.string('author'),
      changes: flags.list('change'),
      pause: flags.bool('pause'),
    });
    await context.out.line(Id);
  },
};

/** Throws with Docker's words for a name that may not be given to an image. */
function repositoryOf(text: string): { readonly repository: string; readonly tag: string } {
  if (text === '') return { repository: '', tag: '' };
  const reference = withDefaultTag(parseReference(text));
  if (reference.digest !== undefined) {
    throw new Error('refusing to create a tag with a digest reference');
  }
  return { repository: reference.name, tag: reference.tag ?? '' };
}
