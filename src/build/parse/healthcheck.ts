/** `HEALTHCHECK`: how often, how long, and what to run. */
import type { HealthConfig } from '../../api/container.ts';
import { parseDuration } from '../../lib/duration.ts';
import { errorMessage, KindError } from '../../lib/errors.ts';
import type { ConfigInstruction } from '../instruction.ts';
import { readFlags } from './instruction-flags.ts';
import { atLeastOne, invalid, type InstructionInput } from './instruction-input.ts';
import { jsonWords } from './words.ts';

type HealthFlag = 'interval' | 'timeout' | 'start-period' | 'start-interval' | 'retries';

export function parseHealthcheck(input: InstructionInput): ConfigInstruction {
  const [, type = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(input.rest) ?? [];
  const kind = type.toUpperCase();
  if (kind === '') throw atLeastOne('HEALTHCHECK');
  const args = jsonWords(rest);
  if (kind === 'NONE') {
    if (rest !== '') throw invalid('HEALTHCHECK NONE takes no arguments');
    return { name: 'HEALTHCHECK', health: { Test: ['NONE'] } };
  }
  const flags = readFlags<HealthFlag>(input.flags, {
    interval: 'string',
    timeout: 'string',
    'start-period': 'string',
    'start-interval': 'string',
    retries: 'string',
  });
  if (kind !== 'CMD')
    throw invalid(`Unknown type ${JSON.stringify(kind)} in HEALTHCHECK (try CMD)`);
  const test = args === undefined ? (rest === '' ? [] : [rest]) : args;
  if (test.length === 0) throw invalid('Missing command after HEALTHCHECK CMD');
  const health: HealthConfig = {
    Test: [args === undefined ? 'CMD-SHELL' : 'CMD', ...test],
    ...interval('Interval', flags.text('interval'), 'interval'),
    ...interval('Timeout', flags.text('timeout'), 'timeout'),
    ...interval('StartPeriod', flags.text('start-period'), 'start-period'),
    ...interval('StartInterval', flags.text('start-interval'), 'start-interval'),
    ...retries(flags.text('retries')),
  };
  return { name: 'HEALTHCHECK', health };
}

const millisecond = 1e6;

function interval(
  field: 'Interval' | 'Timeout' | 'StartPeriod' | 'StartInterval',
  text: string,
  flag: HealthFlag,
): HealthConfig {
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
