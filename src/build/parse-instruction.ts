/** The second step of reading a Dockerfile: a line becomes an instruction, or Docker's own complaint. */
import type { HealthConfig } from '../api/container.ts';
import { parseDuration } from '../lib/duration.ts';
import { errorMessage, KindError } from '../lib/errors.ts';
import type { DockerfileLine } from './dockerfile-lines.ts';
import type { CommandLine, ConfigInstruction, KeyValue } from './instruction.ts';
import { jsonWords, quotedWords } from './words.ts';

type Parser = (line: DockerfileLine, escape: string) => ConfigInstruction;

const parsers: Readonly<Record<string, Parser>> = {
  env: (line, escape) => ({ name: 'ENV', pairs: keyValues('ENV', line, escape) }),
  label: (line, escape) => ({ name: 'LABEL', pairs: keyValues('LABEL', line, escape) }),
  cmd: (line) => ({ name: 'CMD', command: commandLine(line) }),
  entrypoint: (line) => ({ name: 'ENTRYPOINT', command: commandLine(line) }),
  expose: parseExpose,
  volume: parseVolume,
  user: (line) => ({ name: 'USER', text: oneArgument('USER', line) }),
  workdir: (line) => ({ name: 'WORKDIR', text: oneArgument('WORKDIR', line) }),
  stopsignal: (line) => ({ name: 'STOPSIGNAL', text: oneArgument('STOPSIGNAL', line) }),
  onbuild: parseOnBuild,
  healthcheck: parseHealthcheck,
};

/** Whether the instruction is one that only changes the configuration. */
export function isConfigInstruction(command: string): boolean {
  return Object.hasOwn(parsers, command.toLowerCase());
}

/** Rejects `invalidParameter` with Docker's words. */
export function parseInstruction(line: DockerfileLine, escape: string): ConfigInstruction {
  const name = line.command.toLowerCase();
  const parse = Object.hasOwn(parsers, name) ? parsers[name] : undefined;
  if (parse === undefined) throw invalid(`unknown instruction: ${line.command}`);
  const [flag] = line.flags;
  if (flag !== undefined && name !== 'healthcheck') throw unknownFlag(flag);
  return parse(line, escape);
}

/** `NAME=value …`, or the older `NAME value` for one. */
function keyValues(name: string, { rest }: DockerfileLine, escape: string): KeyValue[] {
  const words = quotedWords(rest, escape);
  const [first] = words;
  if (first === undefined) throw invalid(`${name} requires at least one argument`);
  const pairs: KeyValue[] = [];
  if (!first.includes('=')) {
    const [, key, value] = /^(\S+)[\t\v\f\r ]+([\s\S]*)$/.exec(rest) ?? [];
    if (key === undefined || value === undefined) throw invalid(`${name} must have two arguments`);
    return [{ key, value }];
  }
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0) {
      const shown = JSON.stringify(word);
      throw invalid(`Syntax error - can't find = in ${shown}. Must be of the form: name=value`);
    }
    if (equals === 0) throw invalid(`${name} names can not be blank`);
    pairs.push({ key: word.slice(0, equals), value: word.slice(equals + 1) });
  }
  return pairs;
}

function commandLine({ rest }: DockerfileLine): CommandLine {
  const args = jsonWords(rest);
  return args === undefined ? { form: 'shell', text: rest } : { form: 'exec', args };
}

function oneArgument(name: string, { rest }: DockerfileLine): string {
  if (rest === '') throw invalid(`${name} requires exactly one argument`);
  return rest;
}

function parseExpose({ rest }: DockerfileLine): ConfigInstruction {
  if (rest === '') throw invalid('EXPOSE requires at least one argument');
  return { name: 'EXPOSE', ports: rest.split(/[\t\v\f\r ]+/).sort() };
}

function parseVolume({ rest }: DockerfileLine): ConfigInstruction {
  const words = jsonWords(rest) ?? (rest === '' ? [] : rest.split(/[\t\v\f\r ]+/));
  if (words.length === 0) throw invalid('VOLUME requires at least one argument');
  const paths = words.map((word) => word.trim());
  if (paths.includes('')) throw invalid('VOLUME specified can not be an empty string');
  return { name: 'VOLUME', paths };
}

function parseOnBuild({ rest, original }: DockerfileLine): ConfigInstruction {
  const trigger = (/^\S+/.exec(rest)?.[0] ?? '').toUpperCase();
  if (trigger === '') throw invalid('ONBUILD requires at least one argument');
  if (trigger === 'ONBUILD') throw invalid("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (trigger === 'MAINTAINER' || trigger === 'FROM')
    throw invalid(`${trigger} isn't allowed as an ONBUILD trigger`);
  return { name: 'ONBUILD', trigger: original.replace(/^\s*ONBUILD\s*/i, '') };
}

const healthFlags = ['interval', 'timeout', 'start-period', 'start-interval', 'retries'] as const;
type HealthFlag = (typeof healthFlags)[number];

function parseHealthcheck(line: DockerfileLine): ConfigInstruction {
  const [, type = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(line.rest) ?? [];
  const kind = type.toUpperCase();
  if (kind === '') throw invalid('HEALTHCHECK requires at least one argument');
  if (kind === 'NONE') {
    if (rest !== '') throw invalid('HEALTHCHECK NONE takes no arguments');
    return { name: 'HEALTHCHECK', health: { Test: ['NONE'] } };
  }
  const flags = readHealthFlags(line.flags);
  if (kind !== 'CMD')
    throw invalid(`Unknown type ${JSON.stringify(kind)} in HEALTHCHECK (try CMD)`);
  const args = jsonWords(rest);
  const test = args === undefined ? (rest === '' ? [] : [rest]) : args;
  if (test.length === 0) throw invalid('Missing command after HEALTHCHECK CMD');
  const health: HealthConfig = {
    Test: [args === undefined ? 'CMD-SHELL' : 'CMD', ...test],
    ...interval('Interval', flags, 'interval'),
    ...interval('Timeout', flags, 'timeout'),
    ...interval('StartPeriod', flags, 'start-period'),
    ...interval('StartInterval', flags, 'start-interval'),
    ...retries(flags.get('retries') ?? ''),
  };
  return { name: 'HEALTHCHECK', health };
}

function readHealthFlags(flags: readonly string[]): Map<HealthFlag, string> {
  const values = new Map<HealthFlag, string>();
  for (const flag of flags) {
    const equals = flag.indexOf('=');
    const text = equals < 0 ? flag.slice(2) : flag.slice(2, equals);
    const name = healthFlags.find((known) => known === text);
    if (name === undefined) throw unknownFlag(flag);
    if (values.has(name)) throw invalid(`Duplicate flag specified: ${name}`);
    if (equals < 0) throw invalid(`Missing a value on flag: ${name}`);
    values.set(name, flag.slice(equals + 1));
  }
  return values;
}

const millisecond = 1e6;

function interval(
  field: 'Interval' | 'Timeout' | 'StartPeriod' | 'StartInterval',
  flags: ReadonlyMap<HealthFlag, string>,
  flag: HealthFlag,
): HealthConfig {
  const text = flags.get(flag) ?? '';
  if (text === '') return {};
  let nanoseconds: number;
  try {
    nanoseconds = parseDuration(text);
  } catch (cause) {
    throw new KindError('invalidParameter', errorMessage(cause), { cause });
  }
  if (nanoseconds === 0) return {};
  if (nanoseconds < millisecond)
    throw invalid(`Interval ${JSON.stringify(flag)} cannot be less than 1ms`);
  return { [field]: nanoseconds };
}

function retries(text: string): HealthConfig {
  if (text === '') return {};
  if (!/^[+-]?[0-9]+$/.test(text))
    throw invalid(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const count = Number(text);
  if (count < 0) throw invalid(`--retries cannot be negative (${count})`);
  return count === 0 ? {} : { Retries: count };
}

function unknownFlag(flag: string): KindError {
  return invalid(`unknown flag: ${flag.replace(/^--/, '').replace(/=.*$/s, '')}`);
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
