/** What the address of an embed says: `embed.html?image=alpine&panes=terminal&boot=click`. */
import { parseRepository, type Repository } from '../share/repository.ts';
import { parseLessonAddress, type LessonAddress } from '../views/lesson/lesson-address.ts';
import { commandSizeMax, parseSettings, type EmbedPane, type EmbedSettings } from './protocol.ts';

export const bootTimes = ['view', 'click', 'load'] as const;
export type BootTime = (typeof bootTimes)[number];

export interface EmbedOptions {
  readonly settings: EmbedSettings;
  readonly panes: readonly EmbedPane[];
  readonly boot: BootTime;
  /** Typed into the terminal when the machine is ready. */
  readonly command: string | undefined;
  /** Cloned before the command, where the site has a way out. */
  readonly repository: Repository | undefined;
  readonly lesson: LessonAddress;
  /** Origin of the page that may drive the embed; undefined: of whatever page it is in. */
  readonly host: string | undefined;
  /** The page around sends a setup with its port: the command waits for it. */
  readonly awaitsSetup: boolean;
}

export function parseEmbedOptions(query: string): EmbedOptions {
  const parameters = new URLSearchParams(query);
  const word = (name: string): string | undefined => parameters.get(name) || undefined;
  const lesson = parseLessonAddress(query);
  const flag = parameters.get('readonly');
  const settings = parseSettings({
    theme: word('theme'),
    lang: word('lang'),
    panes: word('panes')?.split(','),
    readonly: flag !== null && flag !== 'false',
  });
  const panesDefault: EmbedPane[] =
    lesson.course === undefined ? ['terminal'] : ['lesson', 'terminal'];
  return {
    settings,
    panes: settings.panes ?? panesDefault,
    boot: bootTimes.find((time) => time === word('boot')) ?? 'view',
    command: commandOf(word('command'), word('image')),
    repository: parseRepository(word('repository') ?? ''),
    lesson,
    host: originOf(word('host')),
    awaitsSetup: word('setup') === 'host',
  };
}

/** An image alone is a shell in a container of it. */
function commandOf(command: string | undefined, image: string | undefined): string | undefined {
  if (command !== undefined) return command.slice(0, commandSizeMax);
  if (image === undefined || !/^[\w][\w./:@-]{0,500}$/.test(image)) return undefined;
  return `docker run --rm -it ${image}`;
}

function originOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return new URL(text).origin;
  } catch {
    return undefined;
  }
}
