/** What checks find: collected, unless the Dockerfile's `check` directive skips the rule. */
import { KindError } from '../../lib/errors.ts';
import { parseBool } from '../../lib/go-numbers.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { SourceRange } from '../source.ts';
import { ruleOf, type Rule, type RuleName } from './rules.ts';

export interface Finding {
  readonly rule: Rule;
  /** What is wrong here. */
  readonly message: string;
  readonly ranges: readonly SourceRange[];
}

/** `skip=all`, `skip=A,B;error=true;experimental=all`. */
export interface CheckConfig {
  readonly skip: 'all' | readonly string[];
  readonly experimental: 'all' | readonly string[];
  /** Findings fail the build. */
  readonly isError: boolean;
}

export const defaultCheckConfig: CheckConfig = { skip: [], experimental: [], isError: false };

/** Rejects `invalidParameter` with Docker's words. */
export function parseCheckConfig(text: string): CheckConfig {
  let config = defaultCheckConfig;
  if (text.trim() === '') return config;
  const [first = '', second, ...others] = text.trim().split(';');
  const parts = [first, ...(second === undefined ? [] : [second])];
  if (others.length > 0) parts.push(others.join(';'));
  for (const part of parts) {
    const equals = part.indexOf('=');
    if (equals < 0) throw invalid(`invalid check option ${JSON.stringify(part)}`);
    const [key, value] = [part.slice(0, equals).trim(), part.slice(equals + 1).trim()];
    if (key === 'skip' || key === 'experimental') {
      const names = value.split(',').map((name) => name.trim());
      config = { ...config, [key]: value === 'all' ? 'all' : names };
    } else if (key === 'error') config = { ...config, isError: readBool(part, value) };
    else throw invalid(`invalid check option ${JSON.stringify(key)}`);
  }
  return config;
}

function readBool(part: string, value: string): boolean {
  try {
    return parseBool(value);
  } catch (cause) {
    const message = `failed to parse check option ${JSON.stringify(part)}: ${errorMessage(cause)}`;
    throw new KindError('invalidParameter', message, { cause });
  }
}

export class Findings {
  readonly list: Finding[] = [];
  readonly config: CheckConfig;

  constructor(config: CheckConfig = defaultCheckConfig) {
    this.config = config;
  }

  /** `comments` are those above the instruction: one of them may be a `check=…` for it alone. */
  add(
    name: RuleName,
    message: string,
    place: { readonly range: SourceRange; readonly comments?: readonly string[] },
  ): void {
    const config = withComments(this.config, place.comments ?? []);
    const rule = ruleOf(name);
    if (rule.isExperimental === true) {
      if (config.experimental !== 'all' && !config.experimental.includes(name)) return;
    } else if (config.skip === 'all' || config.skip.includes(name)) return;
    this.list.push({ rule, message, ranges: [place.range] });
  }

  /** The error of a build whose findings are errors; undefined when it may go on. */
  error(): KindError | undefined {
    if (!this.config.isError || this.list.length === 0) return undefined;
    const names = [...new Set(this.list.map(({ rule }) => rule.name))].join(', ');
    return invalid(`lint violation found for rules: ${names}`);
  }
}

function withComments(config: CheckConfig, comments: readonly string[]): CheckConfig {
  for (const comment of comments) {
    const [, value] = /^check\s*=\s*(\S+)/i.exec(comment) ?? [];
    if (value === undefined) continue;
    try {
      return merge(config, parseCheckConfig(value));
    } catch {
      return config;
    }
  }
  return config;
}

function merge(config: CheckConfig, other: CheckConfig): CheckConfig {
  const both = (a: CheckConfig['skip'], b: CheckConfig['skip']) =>
    a === 'all' || b === 'all' ? 'all' : [...a, ...b];
  return {
    ...config,
    skip: both(config.skip, other.skip),
    experimental: both(config.experimental, other.experimental),
  };
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
