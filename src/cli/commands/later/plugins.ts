/** What the real program has as plugins, or only beside an experimental engine: known, but not listed. */
import type { CommandNode } from '../../command/command.ts';
import { laterCommand } from './later-command.ts';

export const plugins: readonly CommandNode[] = [hidden('compose', 'Docker Compose')];

export const checkpoint: CommandNode = {
  name: 'checkpoint',
  short: 'Manage checkpoints',
  section: 'hidden',
  unsupported: 'is only supported on a Docker daemon with experimental features enabled',
  children: ['create', 'ls', 'rm'].map((name) => ({ name, short: '' })),
};

/** Takes any words: what they mean is the plugin's own affair. */
function hidden(name: string, short: string): CommandNode {
  const node = laterCommand(name, { use: '[ARG...]', short, flags: [] });
  return { ...node, section: 'hidden', passesFlags: true };
}
