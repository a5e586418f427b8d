/** `docker diff` */
import { containerChanges } from '../../../client/containers.ts';
import { exactly } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';

/** By the number the API has for the kind of change. */
const letters = ['C', 'A', 'D'];

export const diff: Command = {
  use: 'CONTAINER',
  short: "Inspect changes to files or directories on a container's filesystem",
  aliases: 'docker container diff, docker diff',
  arguments: exactly(1),
  flags: [],
  async run(context) {
    const [container = ''] = context.args;
    if (container === '') throw new Error('Container name cannot be empty');
    const changes = (await containerChanges(context.client, { container })) ?? [];
    const lines = changes.map(({ Kind, Path }) => `${letters[Kind] ?? ''} ${Path}\n`);
    await context.out.write(lines.join(''));
  },
};
