/** `--platform` of commands whose default is `DOCKER_DEFAULT_PLATFORM`. */
import type { CommandContext } from '../command/command.ts';
import { stringFlag } from './flag-spec.ts';

export const platformFlagSpec = stringFlag(
  'platform',
  'Set platform if server is multi-platform capable',
);

/** Empty when nobody asks for one. */
export function platformOf(context: CommandContext): string {
  if (context.flags.changed('platform')) return context.flags.string('platform');
  return context.invocation.env['DOCKER_DEFAULT_PLATFORM'] ?? '';
}
