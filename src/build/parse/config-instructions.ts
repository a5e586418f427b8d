/** Instructions that change the configuration alone. */
import type {
  BuildArgument,
  ConfigInstruction,
  InstructionBody,
  KeyValue,
} from '../instruction.ts';
import { parseHealthcheck } from './healthcheck.ts';
import { readFlags } from './instruction-flags.ts';
import {
  atLeastOne,
  invalid,
  SyntaxMistake,
  type InstructionInput,
  type InstructionParser,
} from './instruction-input.ts';
import { jsonWords, quotedWords, spacedWords } from './words.ts';

export const configParsers = {
  env: (input) => ({ name: 'ENV', pairs: keyValues('ENV', input) }),
  label: (input) => ({ name: 'LABEL', pairs: keyValues('LABEL', input) }),
  cmd: (input) => ({ name: 'CMD', command: commandLine(input) }),
  entrypoint: (input) => ({ name: 'ENTRYPOINT', command: commandLine(input) }),
  expose: parseExpose,
  volume: parseVolume,
  user: (input) => ({ name: 'USER', text: oneArgument('USER', input) }),
  workdir: (input) => ({ name: 'WORKDIR', text: oneArgument('WORKDIR', input) }),
  stopsignal: ({ rest }) => ({ name: 'STOPSIGNAL', text: required('STOPSIGNAL', rest) }),
  onbuild: parseOnBuild,
  healthcheck: parseHealthcheck,
} satisfies Record<string, InstructionParser<ConfigInstruction>>;

export function parseMaintainer({ rest, flags }: InstructionInput): InstructionBody {
  const text = required('MAINTAINER', rest);
  noFlags(flags);
  return { name: 'MAINTAINER', text };
}

/** ARG knows no flags and overlooks them. */
export function parseArg({ rest, escape, comments }: InstructionInput): InstructionBody {
  const words = quotedWords(rest, escape);
  if (words.length === 0) throw atLeastOne('ARG');
  return { name: 'ARG', args: words.map((word) => buildArgument(word, comments)) };
}

function buildArgument(word: string, comments: readonly string[]): BuildArgument {
  const equals = word.indexOf('=');
  if (equals === 0) throw invalid('ARG names can not be blank');
  const key = equals < 0 ? word : word.slice(0, equals);
  const description = describe(comments, key);
  return {
    key,
    ...(equals < 0 ? {} : { value: word.slice(equals + 1) }),
    ...(description === undefined ? {} : { description }),
  };
}

/** `name words` among the comments right above. */
export function describe(comments: readonly string[], name: string): string | undefined {
  if (name === '') return undefined;
  return comments.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
}

export function parseShell({ rest, flags, code }: InstructionInput): InstructionBody {
  noFlags(flags);
  const shell = jsonWords(rest);
  if (rest === '' || shell?.length === 0) throw atLeastOne('SHELL');
  if (shell === undefined)
    throw invalid(`SHELL requires the arguments to be in JSON form, got ${JSON.stringify(code)}`);
  return { name: 'SHELL', shell };
}

/** `NAME=value …`, or the older `NAME value` for one. */
function keyValues(name: string, { rest, escape, flags }: InstructionInput): KeyValue[] {
  const words = quotedWords(rest, escape);
  const [first] = words;
  if (first !== undefined && !first.includes('=')) {
    const [, key, value] = /^([^\t\v\f\r ]*)[\t\v\f\r ]+([\s\S]*)$/.exec(rest) ?? [];
    if (key === undefined || value === undefined)
      throw new SyntaxMistake(`${name} must have two arguments`);
    noFlags(flags);
    return [{ key, value, isLegacy: true }];
  }
  const unfit = words.find((word) => !word.includes('='));
  if (unfit !== undefined)
    throw new SyntaxMistake(
      `Syntax error - can't find = in ${JSON.stringify(unfit)}. Must be of the form: name=value`,
    );
  noFlags(flags);
  if (words.length === 0) throw atLeastOne(name);
  return words.map((word) => {
    const equals = word.indexOf('=');
    if (equals === 0) throw invalid(`${name} names can not be blank`);
    return { key: word.slice(0, equals), value: word.slice(equals + 1) };
  });
}

function commandLine(input: InstructionInput) {
  noFlags(input.flags);
  return readCommandLine(input.rest);
}

/** Exec form where it is JSON, else one line for a shell. */
export function readCommandLine(rest: string) {
  const args = jsonWords(rest);
  return args === undefined
    ? ({ form: 'shell', text: rest } as const)
    : ({ form: 'exec', args } as const);
}

function required(name: string, rest: string): string {
  if (rest === '') throw invalid(`${name} requires exactly one argument`);
  return rest;
}

function oneArgument(name: string, { rest, flags }: InstructionInput): string {
  const text = required(name, rest);
  noFlags(flags);
  return text;
}

function parseExpose({ rest, flags }: InstructionInput): ConfigInstruction {
  if (rest === '') throw atLeastOne('EXPOSE');
  noFlags(flags);
  return { name: 'EXPOSE', ports: spacedWords(rest).sort() };
}

function parseVolume({ rest, flags }: InstructionInput): ConfigInstruction {
  const words = jsonWords(rest) ?? spacedWords(rest);
  if (words.length === 0) throw atLeastOne('VOLUME');
  noFlags(flags);
  const paths = words.map((word) => word.trim());
  if (paths.includes('')) throw invalid('VOLUME specified can not be an empty string');
  return { name: 'VOLUME', paths };
}

function parseOnBuild({ rest, flags, code, heredocs }: InstructionInput): ConfigInstruction {
  const word = (/^\S+/.exec(rest)?.[0] ?? '').toUpperCase();
  if (word === '') throw atLeastOne('ONBUILD');
  noFlags(flags);
  if (word === 'ONBUILD') throw invalid("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (word === 'MAINTAINER' || word === 'FROM')
    throw invalid(`${word} isn't allowed as an ONBUILD trigger`);
  const documents = heredocs.map(({ name, content }) => `\n${content}${name}`).join('');
  return { name: 'ONBUILD', trigger: code.trim().replace(/^\s*ONBUILD\s*/i, '') + documents };
}

function noFlags(flags: readonly string[]): void {
  readFlags(flags, {});
}
