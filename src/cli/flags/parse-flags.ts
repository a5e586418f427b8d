/** Reads a command line the way pflag does: clusters, `--name=value`, `--`, and its error texts. */
import { goQuote, goQuoteCharacter } from '../../lib/go-quote.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { FlagSpec } from './flag-spec.ts';
import { ParsedFlags } from './parsed-flags.ts';

export interface ParseOptions {
  /** Flags may follow arguments; false for `run` and `exec`, whose rest belongs to the container. */
  readonly interspersed: boolean;
  /** Called with a notice for each use of something deprecated. */
  readonly onDeprecated: (notice: string) => void;
}

export interface ParseResult {
  readonly flags: ParsedFlags;
  readonly arguments: readonly string[];
  readonly help: boolean;
}

/** Throws an Error with pflag's message. */
export function parseFlags(
  specs: readonly FlagSpec[],
  argv: readonly string[],
  options: ParseOptions,
): ParseResult {
  return new FlagParser(specs, argv, options).parse();
}

class FlagParser {
  readonly #specs: readonly FlagSpec[];
  readonly #rest: string[];
  readonly #options: ParseOptions;
  readonly #flags: ParsedFlags;
  readonly #arguments: string[] = [];
  #help = false;

  constructor(specs: readonly FlagSpec[], argv: readonly string[], options: ParseOptions) {
    this.#specs = specs;
    this.#rest = [...argv];
    this.#options = options;
    this.#flags = new ParsedFlags(specs);
  }

  parse(): ParseResult {
    for (;;) {
      const word = this.#rest.shift();
      if (word === undefined) break;
      if (word === '--') {
        this.#arguments.push(...this.#rest.splice(0));
      } else if (word.startsWith('--')) {
        this.#long(word);
      } else if (word.startsWith('-') && word.length > 1) {
        this.#cluster(word.slice(1));
      } else {
        this.#arguments.push(word);
        if (!this.#options.interspersed) this.#arguments.push(...this.#rest.splice(0));
      }
    }
    return { flags: this.#flags, arguments: this.#arguments, help: this.#help || this.#ownHelp() };
  }

  /** `run` and `create` declare `--help` themselves, because `-h` is theirs. */
  #ownHelp(): boolean {
    return this.#specs.some((spec) => spec.name === 'help') && this.#flags.bool('help');
  }

  #long(word: string): void {
    const body = word.slice(2);
    if (body.startsWith('-') || body.startsWith('=')) throw new Error(`bad flag syntax: ${word}`);
    const equals = body.indexOf('=');
    const name = equals < 0 ? body : body.slice(0, equals);
    const spec = this.#specs.find((candidate) => candidate.name === name);
    if (spec === undefined && name === 'help') {
      this.#help = equals < 0 || body.slice(equals + 1) !== 'false';
      return;
    }
    if (spec === undefined) throw new Error(`unknown flag: --${name}`);
    if (equals >= 0) return this.#set(spec, body.slice(equals + 1));
    const value = spec.implied ?? this.#rest.shift();
    if (value === undefined) throw new Error(`flag needs an argument: ${word}`);
    this.#set(spec, value);
  }

  #cluster(letters: string): void {
    let rest = letters;
    while (rest !== '') {
      const letter = rest.charAt(0);
      const spec = this.#specs.find((candidate) => candidate.short === letter);
      if (spec === undefined && letter === 'h') {
        this.#options.onDeprecated('Flag shorthand -h has been deprecated, use --help');
        this.#help = true;
        rest = rest.slice(1);
        continue;
      }
      if (spec === undefined) {
        throw new Error(`unknown shorthand flag: ${goQuoteCharacter(letter)} in -${rest}`);
      }
      rest = this.#short(spec, rest);
    }
  }

  /** Takes one letter, and the rest of the cluster when that is its value. */
  #short(spec: FlagSpec, cluster: string): string {
    if (cluster.length > 2 && cluster.charAt(1) === '=') {
      this.#set(spec, cluster.slice(2));
      return '';
    }
    if (spec.implied !== undefined) {
      this.#set(spec, spec.implied);
      return cluster.slice(1);
    }
    const value = cluster.length > 1 ? cluster.slice(1) : this.#rest.shift();
    if (value === undefined) {
      throw new Error(
        `flag needs an argument: ${goQuoteCharacter(cluster.charAt(0))} in -${cluster}`,
      );
    }
    this.#set(spec, value);
    return '';
  }

  #set(spec: FlagSpec, text: string): void {
    if (spec.deprecated !== undefined) {
      this.#options.onDeprecated(`Flag --${spec.name} has been deprecated, ${spec.deprecated}`);
    }
    try {
      this.#flags.set(spec, text);
    } catch (error) {
      const names = spec.short === undefined ? `--${spec.name}` : `-${spec.short}, --${spec.name}`;
      throw new Error(
        `invalid argument ${goQuote(text)} for ${goQuote(names)} flag: ${errorMessage(error)}`,
        { cause: error },
      );
    }
  }
}
