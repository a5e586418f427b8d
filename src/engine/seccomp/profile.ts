/**
 * Seccomp profiles in the shape Docker reads from `--security-opt seccomp=FILE`, and the decision
 * which of their rules apply to a container.
 */
import { KindError } from '../../lib/errors.ts';
import { isRecord } from '../../lib/json.ts';
import { runtimeCreateError } from '../spec/runtime-error.ts';

export const seccompActions = [
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_TRACE',
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
  /** What is refused is logged. */
  readonly log?: boolean;
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

/** What LinuxSeccomp's `architectures` may name. */
const architectureNames = [
  'X86', 'X86_64', 'X32', 'ARM', 'AARCH64', 'MIPS', 'MIPS64', 'MIPS64N32', 'MIPSEL', 'MIPSEL64',
  'MIPSEL64N32', 'PPC', 'PPC64', 'PPC64LE', 'RISCV64', 'S390', 'S390X',
]; // prettier-ignore

const ignoredFlags = ['SECCOMP_FILTER_FLAG_TSYNC', 'SECCOMP_FILTER_FLAG_SPEC_ALLOW'];
const logFlag = 'SECCOMP_FILTER_FLAG_LOG';

/**
 * Reads the JSON text of a profile; undefined for one that says nothing, which is no filter at all. Rejects
 * with dockerd's words what it refuses, with runc's what that does.
 */
export function parseSeccompProfile(text: string): SeccompProfile | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(jsonProblem(text), cause);
  }
  if (!isRecord(value))
    throw invalid(`json: cannot unmarshal ${goKind(value)} into Go value of type seccomp.Seccomp`);
  const { defaultErrnoRet, syscalls, architectures, archMap, flags } = value;
  const rules = list(syscalls, 'syscalls');
  if ((value['defaultAction'] ?? '') === '' && rules.length === 0) return undefined;
  if (list(architectures, 'architectures').length > 0 && list(archMap, 'archMap').length > 0) {
    const message =
      "both 'architectures' and 'archMap' are specified in the seccomp profile, use either 'architectures' or 'archMap'";
    throw new KindError('system', message);
  }
  const parsed = rules.map(parseRule);
  checkArchitectures(list(architectures, 'architectures'));
  const defaultAction = actionOf(value['defaultAction']);
  if (defaultAction === 'SCMP_ACT_NOTIFY')
    throw runtimeCreateError('SCMP_ACT_NOTIFY cannot be used as default action');
  return {
    defaultAction,
    ...(typeof defaultErrnoRet === 'number' ? { defaultErrnoRet } : {}),
    rules: parsed,
    log: readFlags(list(flags, 'flags')),
  };
}

function checkArchitectures(names: readonly unknown[]): void {
  for (const name of names)
    if (!architectureNames.some((known) => `SCMP_ARCH_${known}` === name))
      throw runtimeCreateError(`string ${String(name)} is not a valid arch for seccomp`);
}

function readFlags(flags: readonly unknown[]): boolean {
  for (const flag of flags)
    if (flag !== logFlag && !ignoredFlags.includes(String(flag)))
      throw runtimeCreateError(`seccomp flag ${String(flag)} is not known to runc`);
  return flags.includes(logFlag);
}

function parseRule(value: unknown): SeccompRule {
  if (!isRecord(value))
    throw invalid(`json: cannot unmarshal ${goKind(value)} into Go struct field`);
  const { name, names, errnoRet, args, includes, excludes } = value;
  const given = list(names, 'names').map(String);
  const single = typeof name === 'string' && name !== '' ? name : undefined;
  if (single !== undefined && given.length > 0) {
    const message =
      "both 'name' and 'names' are specified in the seccomp profile, use either 'name' or 'names'";
    throw new KindError('system', message);
  }
  const action = actionOf(value['action']);
  if (action === 'SCMP_ACT_NOTIFY')
    throw runtimeCreateError(
      'listenerPath is not set, and SCMP_ACT_NOTIFY needs somebody to notify',
    );
  return {
    names: single === undefined ? given : [single],
    action,
    ...(typeof errnoRet === 'number' ? { errnoRet } : {}),
    args: list(args, 'args').map(parseArgument),
    includes: parseCondition(includes),
    excludes: parseCondition(excludes),
  };
}

function parseArgument(value: unknown): SeccompArgument {
  if (!isRecord(value))
    throw invalid(`json: cannot unmarshal ${goKind(value)} into Go struct field`);
  const { index = 0, value: left, valueTwo, op } = value;
  if (typeof index !== 'number' || index < 0 || index > 5)
    throw runtimeCreateError(
      `error creating seccomp syscall condition: argument index ${String(index)} is not of 0 to 5`,
    );
  const operator = seccompOperators.find((candidate) => candidate === op);
  if (operator === undefined)
    throw runtimeCreateError(`string ${String(op ?? '')} is not a valid operator for seccomp`);
  return { index, value: Number(left ?? 0), valueTwo: Number(valueTwo ?? 0), op: operator };
}

function parseCondition(value: unknown): SeccompCondition {
  if (!isRecord(value)) return {};
  const { caps, arches, minKernel } = value;
  if (typeof minKernel === 'string' && !/^[0-9]+\.[0-9]+$/.test(minKernel))
    throw invalid('invalid kernel version');
  return {
    ...(Array.isArray(caps) ? { caps: caps.map(String) } : {}),
    ...(Array.isArray(arches) ? { arches: arches.map(String) } : {}),
    ...(typeof minKernel === 'string' ? { minKernel } : {}),
  };
}

function list(value: unknown, field: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw invalid(`json: cannot unmarshal ${goKind(value)} into Go struct field Seccomp.${field}`);
}

function actionOf(value: unknown): SeccompAction | 'SCMP_ACT_NOTIFY' {
  if (value === 'SCMP_ACT_NOTIFY') return value;
  const found = seccompActions.find((candidate) => candidate === value);
  if (found === undefined)
    throw runtimeCreateError(`string ${String(value ?? '')} is not a valid action for seccomp`);
  return found;
}

/** As Go's decoder names what it found. */
function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** Go's words for the commonest faults of a JSON text. */
function jsonProblem(text: string): string {
  const found = text.trimStart().charAt(0);
  if (found === '') return 'unexpected end of JSON input';
  if (!'{["-0123456789tfn'.includes(found))
    return `invalid character '${found}' looking for beginning of value`;
  return 'unexpected end of JSON input';
}

function invalid(detail: string, cause?: unknown): KindError {
  return new KindError('system', `Decoding seccomp profile failed: ${detail}`, { cause });
}
