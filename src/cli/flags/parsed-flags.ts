/** The values of a command's flags after parsing, by name and kind. */
import type { FlagSpec } from './flag-spec.ts';

export class ParsedFlags {
  readonly #values = new Map<string, unknown>();
  readonly #changed = new Set<string>();

  constructor(specs: readonly FlagSpec[]) {
    for (const spec of specs) {
      if (spec.of === undefined) this.#values.set(spec.name, spec.initial);
    }
  }

  set(spec: FlagSpec, text: string): void {
    const name = spec.of ?? spec.name;
    this.#values.set(name, spec.set(text, this.#values.get(name)));
    this.#changed.add(name);
  }

  /** Whether the command has such a flag. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Whether it was given on the command line. */
  changed(name: string): boolean {
    return this.#changed.has(name);
  }

  bool(name: string): boolean {
    return this.#value(name) === true;
  }

  string(name: string): string {
    const value = this.#value(name);
    return typeof value === 'string' ? value : '';
  }

  number(name: string): number {
    const value = this.#value(name);
    return typeof value === 'number' ? value : 0;
  }

  list(name: string): readonly string[] {
    return this.values<string>(name);
  }

  map(name: string): Readonly<Record<string, string>> {
    // The flag's own `set` made it: only map flags are read by this.
    return this.#value(name) as Readonly<Record<string, string>>;
  }

  filters(name = 'filter'): Readonly<Record<string, readonly string[]>> {
    return this.#value(name) as Readonly<Record<string, readonly string[]>>;
  }

  /** Of a flag made by `valuesFlag<T>`. */
  values<T>(name: string): readonly T[] {
    return this.#value(name) as readonly T[];
  }

  #value(name: string): unknown {
    if (!this.#values.has(name)) throw new Error(`Cannot read flag "${name}": not declared`);
    return this.#values.get(name);
  }
}
