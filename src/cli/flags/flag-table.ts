/** Flags written the way a help text lists them, one a line: for commands that only need to be known. */
import { boolFlag, durationFlag, intFlag, listFlag, stringFlag } from './flag-spec.ts';
import type { FlagSpec } from './flag-spec.ts';

const line = /^\s*(?:-(\w), )?--(\S+)(?: (\S+))?\s{2,}(.*)$/;

/** Throws on a line that is no flag: the table is part of the program. */
export function flagsOf(table: string): readonly FlagSpec[] {
  return table.split('\n').flatMap((text) => (text.trim() === '' ? [] : [flagOf(text)]));
}

function flagOf(text: string): FlagSpec {
  const match = line.exec(text);
  if (match === null) throw new Error(`Cannot read flag table: no flag: ${text}`);
  const [, short, name = '', label = '', usage = ''] = match;
  const extras = short === undefined ? {} : { short };
  switch (label) {
    case '':
      return boolFlag(name, usage, extras);
    case 'string':
      return stringFlag(name, usage, extras);
    case 'int':
      return intFlag(name, usage, extras);
    case 'duration':
      return durationFlag(name, usage, extras);
    default:
      return { ...listFlag(name, usage, extras), label };
  }
}
