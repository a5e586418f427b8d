/**
 * Seccomp profiles in the shape Docker reads from `--security-opt seccomp=FILE`, and the decision
 * which of their rules apply to a container.
 */
import { KindError } from '../../lib/errors.ts';
import { isRecord } from '../../lib/json.ts';

export const seccompActions = [
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_LOG',
] as const;
export type SeccompAction = (typeof seccompActions)[number];

export const seccompOperators = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
] as const;
export type SeccompOperator = (typeof seccompOperators)[number];

/** On i386 an argument is 32 bits wide, so only the low words of the values count. */
export interface SeccompArgument {
  readonly index: number;
  readonly value: number;
  /** The right side of SCMP_CMP_MASKED_EQ, whose mask is `value`. */
  readonly valueTwo?: number;
  readonly op: SeccompOperator;
}

export interface SeccompRule {
  readonly names: readonly string[];
  readonly action: SeccompAction;
  readonly errnoRet?: number;
  /** All must hold. */
  readonly args?: readonly SeccompArgument[];
  readonly includes?: SeccompCondition;
  readonly excludes?: SeccompCondition;
}

export interface SeccompCondition {
  readonly caps?: readonly string[];
  readonly arches?: readonly string[];
  readonly minKernel?: string;
}

export interface SeccompProfile {
  readonly defaultAction: SeccompAction;
  readonly defaultErrnoRet?: number;
  readonly rules: readonly SeccompRule[];
}

const architecture = 'x86';
const kernel = [6, 12] as const;

/** The rules that hold for a container with these capabilities on this machine. */
export function applicableRules(
  profile: SeccompProfile,
  capabilities: readonly string[],
): readonly SeccompRule[] {
  return profile.rules.filter(({ includes, excludes }) => {
    if (excludes?.caps?.some((name) => capabilities.includes(name)) === true) return false;
    if (excludes?.arches?.includes(architecture) === true) return false;
    if (excludes?.minKernel !== undefined && kernelAtLeast(excludes.minKernel)) return false;
    const { caps = [], arches = [], minKernel } = includes ?? {};
    if (!caps.every((name) => capabilities.includes(name))) return false;
    if (arches.length > 0 && !arches.includes(architecture)) return false;
    return minKernel === undefined || kernelAtLeast(minKernel);
  });
}

function kernelAtLeast(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return kernel[0] > major || (kernel[0] === major && kernel[1] >= minor);
}

/** Reads the JSON text of a profile. Rejects with Docker's words. */
export function parseSeccompProfile(text: string): SeccompProfile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new KindError('system', `Decoding seccomp profile failed: ${String(cause)}`, { cause });
  }
  if (!isRecord(value)) throw invalid('not an object');
  const defaultAction = oneOf(seccompActions, value['defaultAction'], 'defaultAction');
  const { defaultErrnoRet, syscalls } = value;
  return {
    defaultAction,
    ...(typeof defaultErrnoRet === 'number' ? { defaultErrnoRet } : {}),
    rules: (Array.isArray(syscalls) ? syscalls : []).map(parseRule),
  };
}

function parseRule(value: unknown): SeccompRule {
  if (!isRecord(value)) throw invalid('a rule is not an object');
  const { name, names, errnoRet, args, includes, excludes } = value;
  const list = Array.isArray(names) ? names.map(String) : [];
  return {
    names: typeof name === 'string' && name !== '' ? [...list, name] : list,
    action: oneOf(seccompActions, value['action'], 'action'),
    ...(typeof errnoRet === 'number' ? { errnoRet } : {}),
    args: (Array.isArray(args) ? args : []).map(parseArgument),
    includes: parseCondition(includes),
    excludes: parseCondition(excludes),
  };
}

function parseArgument(value: unknown): SeccompArgument {
  if (!isRecord(value)) throw invalid('an argument is not an object');
  const { index, value: left, valueTwo } = value;
  if (typeof index !== 'number' || index < 0 || index > 5) throw invalid('argument index');
  return {
    index,
    value: Number(left ?? 0),
    valueTwo: Number(valueTwo ?? 0),
    op: oneOf(seccompOperators, value['op'], 'op'),
  };
}

function parseCondition(value: unknown): SeccompCondition {
  if (!isRecord(value)) return {};
  const { caps, arches, minKernel } = value;
  return {
    ...(Array.isArray(caps) ? { caps: caps.map(String) } : {}),
    ...(Array.isArray(arches) ? { arches: arches.map(String) } : {}),
    ...(typeof minKernel === 'string' ? { minKernel } : {}),
  };
}

function oneOf<T extends string>(known: readonly T[], value: unknown, field: string): T {
  const found = known.find((candidate) => candidate === value);
  if (found === undefined) throw invalid(`unknown ${field} "${String(value)}"`);
  return found;
}

function invalid(detail: string): KindError {
  return new KindError('system', `Decoding seccomp profile failed: ${detail}`);
}
