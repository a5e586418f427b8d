/** What a share link carries: an image, a repository, files, commands and panes. Read from a link it is somebody else's wish. */
import { parseRepository } from './repository.ts';

export interface SharedSetup {
  /** Without commands a shell in a container of it, else pulled before them. */
  readonly image?: string;
  /** Address of a Git repository or gist, cloned below the home of the machine's user. */
  readonly repository?: string;
  /** Text by absolute path. */
  readonly files: Readonly<Record<string, string>>;
  /** Typed into the terminal, one after the other. */
  readonly commands: readonly string[];
  /** What `Layout.state` gave. */
  readonly layout?: unknown;
}

export const sharedFilesMax = 64;
export const sharedCommandsMax = 50;
/** Characters of one command line, of a path, and of an image's name. */
const commandCharactersMax = 4096;
const pathCharactersMax = 4096;
const imagePattern = /^[\w][\w./:@-]{0,500}$/;
/**
 * Control and formatting characters: in a terminal they would be keys, and on the screen they make one command look
 * like another.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Undefined for whatever is no setup; fields that are not known are left out. */
export function parseSharedSetup(value: unknown): SharedSetup | undefined {
  const { image, repository, files = {}, commands = [], layout } = recordOf(value);
  if (image !== undefined && !isImage(image)) return undefined;
  if (repository !== undefined && !isRepository(repository)) return undefined;
  if (!Array.isArray(commands) || commands.length > sharedCommandsMax) return undefined;
  if (!commands.every(isCommand)) return undefined;
  const entries = Object.entries(recordOf(files));
  if (entries.length > sharedFilesMax || !entries.every(isFile)) return undefined;
  const setup: SharedSetup = {
    ...(image === undefined ? {} : { image }),
    ...(repository === undefined ? {} : { repository }),
    ...(layout === undefined ? {} : { layout }),
    files: Object.fromEntries(entries) as Record<string, string>,
    commands,
  };
  return setup;
}

export function isImage(value: unknown): value is string {
  return typeof value === 'string' && imagePattern.test(value);
}

/** One line, all of which is seen. */
export function isCommand(value: unknown): value is string {
  return typeof value === 'string' && value.length <= commandCharactersMax && !unseen.test(value);
}

/** What is typed into the terminal, in order. */
export function commandLinesOf({ image, repository, commands }: SharedSetup): string[] {
  const cloned = repository === undefined ? undefined : parseRepository(repository);
  return [
    ...(cloned === undefined ? [] : [cloned.commandLine]),
    ...(image === undefined
      ? []
      : [commands.length === 0 ? `docker run --rm -it ${image}` : `docker pull ${image}`]),
    ...commands,
  ];
}

function isRepository(value: unknown): value is string {
  return typeof value === 'string' && parseRepository(value) !== undefined;
}

function isFile([path, content]: [string, unknown]): boolean {
  const isPath = path.startsWith('/') && path.length <= pathCharactersMax && !unseen.test(path);
  return isPath && !path.endsWith('/') && typeof content === 'string';
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? (value as Record<string, unknown>) : {};
}
