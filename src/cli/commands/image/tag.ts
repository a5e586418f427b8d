/** `docker tag` */
import { imageTag } from '../../../client/images.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { exactly } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { goQuote } from '../../../lib/go-quote.ts';
import { parseReference } from '../../reference.ts';

export const tag: Command = {
  use: 'SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  short: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
  aliases: 'docker image tag, docker tag',
  arguments: exactly(2),
  flags: [],
  async run(context) {
    const [image = '', target = ''] = context.args;
    const reference = parseTarget(target);
    if (reference.digest !== undefined) {
      throw new Error('refusing to create a tag with a digest reference');
    }
    const { name, tag: label = 'latest' } = reference;
    await imageTag(context.client, { image, repository: name, tag: label });
  },
};

function parseTarget(target: string) {
  try {
    return parseReference(target);
  } catch (error) {
    throw new Error(
      `Error parsing reference: ${goQuote(target)} is not a valid repository/tag: ${errorMessage(error)}`,
      { cause: error },
    );
  }
}
