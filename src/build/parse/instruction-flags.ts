/** Flags of an instruction, with Docker's complaints. */
import { KindError } from '../../lib/errors.ts';
import { suggestion } from '../../lib/suggest.ts';

export type FlagType = 'bool' | 'string' | 'strings';

/** Rejects `invalidParameter` for a flag that is not in `types`, given twice, or without its value. */
export function readFlags<Name extends string>(
  flags: readonly string[],
  types: Readonly<Record<Name, FlagType>>,
): InstructionFlags<Name> {
  return new InstructionFlags(flags, types);
}

/** What was given: a boolean's value is `true` or `false`. */
class InstructionFlags<Name extends string> {
  readonly #values = new Map<Name, string[]>();

  constructor(flags: readonly string[], types: Readonly<Record<Name, FlagType>>) {
    for (const flag of flags) this.#read(flag, types);
  }

  #read(flag: string, types: Readonly<Record<Name, FlagType>>): void {
    const equals = flag.indexOf('=');
    const shown = equals < 0 ? flag : flag.slice(0, equals);
    const value = equals < 0 ? undefined : flag.slice(equals + 1);
    const names = Object.keys(types) as Name[];
    const name = names.find((known) => known === shown.slice(2));
    if (name === undefined) {
      const hint = suggestion(shown.slice(2), names, { caseSensitive: true });
      throw invalid(`unknown flag: ${shown}${hint}`);
    }
    const before = this.#values.get(name);
    if (before !== undefined && types[name] !== 'strings')
      throw invalid(`duplicate flag specified: ${shown}`);
    this.#values.set(name, [...(before ?? []), flagValue(types[name], shown, value)]);
  }

  has(name: Name): boolean {
    return this.#values.has(name);
  }

  /** Empty when it was not given. */
  text(name: Name): string {
    return this.#values.get(name)?.[0] ?? '';
  }

  texts(name: Name): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  isTrue(name: Name): boolean {
    return this.text(name) === 'true';
  }
}

function flagValue(type: FlagType, shown: string, value: string | undefined): string {
  if (type !== 'bool') {
    if (value === undefined) throw invalid(`missing a value on flag: ${shown}`);
    return value;
  }
  if (value === '') throw invalid(`missing a value on flag: ${shown}`);
  const word = (value ?? 'true').toLowerCase();
  if (word === 'true' || word === 'false') return word;
  throw invalid(`expecting boolean value for flag ${shown}, not: ${value}`);
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
