/** `RUN`. What its mounts say beyond `from` is read when their variables are known. */
import { errorMessage } from '../../lib/errors.ts';
import { parseCsvLine } from '../../lib/csv.ts';
import type { RunInstruction } from '../instruction.ts';
import { readCommandLine } from './config-instructions.ts';
import { readFlags } from './instruction-flags.ts';
import { invalid, type InstructionInput } from './instruction-input.ts';

const networks = ['default', 'none', 'host'] as const;
const securities = ['sandbox', 'insecure'] as const;

export function parseRun(input: InstructionInput): RunInstruction {
  const command = readCommandLine(input.rest);
  const flags = readFlags(input.flags, {
    device: 'strings',
    mount: 'strings',
    network: 'string',
    security: 'string',
  });
  for (const mount of flags.texts('mount')) checkMountFrom(mount);
  const network = flags.has('network') ? flags.text('network') : 'default';
  const security = flags.has('security') ? flags.text('security') : 'sandbox';
  const knownNetwork = networks.find((known) => known === network);
  if (knownNetwork === undefined) throw invalid(`invalid network mode ${JSON.stringify(network)}`);
  const knownSecurity = securities.find((known) => known === security);
  if (knownSecurity === undefined)
    throw invalid(`security ${JSON.stringify(security)} is not valid`);
  return {
    name: 'RUN',
    command,
    heredocs: input.heredocs,
    mounts: flags.texts('mount'),
    network: knownNetwork,
    security: knownSecurity,
    devices: flags.texts('device'),
  };
}

/** The stage a mount comes from must be known before anything is expanded. */
function checkMountFrom(mount: string): void {
  for (const { key, value } of mountFields(mount)) {
    const dollar = value?.indexOf('$') ?? -1;
    if (key === 'from' && value !== undefined && dollar >= 0 && dollar !== value.length - 1)
      throw invalid("'from' doesn't support variable expansion, define alias stage instead");
  }
}

export interface MountField {
  /** Lower case. */
  readonly key: string;
  /** Undefined where there is no equals sign. */
  readonly value: string | undefined;
  readonly field: string;
}

/** `type=bind,from=x,ro`, comma-separated with quotes as CSV has them. */
export function mountFields(mount: string): MountField[] {
  let fields: string[];
  try {
    fields = parseCsvLine(mount);
  } catch (error) {
    throw invalid(`failed to parse csv mounts: ${errorMessage(error)}`);
  }
  return fields.map((field) => {
    const equals = field.indexOf('=');
    if (equals < 0) return { key: field.toLowerCase(), value: undefined, field };
    return { key: field.slice(0, equals).toLowerCase(), value: field.slice(equals + 1), field };
  });
}

/** The stage, context or image a mount names. */
export function mountFrom(mount: string): string | undefined {
  const from = mountFields(mount).findLast(({ key }) => key === 'from')?.value;
  return from === '' ? undefined : from;
}
