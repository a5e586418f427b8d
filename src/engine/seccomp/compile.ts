/**
 * Compiles a seccomp profile to classic BPF for i386. The program is a binary search over ranges of
 * system call numbers with the same verdict, so that it stays short on every path: the kernel runs
 * it once per number when the filter is installed, and the guest's processor is slow.
 */
import {
  and,
  bpfInstructionsMax,
  jump,
  jumpAlways,
  loadWord,
  returnValue,
  type BpfInstruction,
} from './bpf.ts';
import { KindError } from '../../lib/errors.ts';
import {
  applicableRules,
  type SeccompAction,
  type SeccompArgument,
  type SeccompProfile,
  type SeccompRule,
} from './profile.ts';
import { auditArchitecture, syscallNumbers } from './syscalls-i386.ts';

/** Byte offsets in `struct seccomp_data`. */
const offsetOfNumber = 0;
const offsetOfArchitecture = 4;
const offsetOfArguments = 16;

const errnoNotPermitted = 1;
const errnoNotImplemented = 38;

const returnOfAction: Readonly<Record<SeccompAction, number>> = {
  SCMP_ACT_KILL: 0,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_KILL_PROCESS: 0x8000_0000,
  SCMP_ACT_TRAP: 0x0003_0000,
  SCMP_ACT_ERRNO: 0x0005_0000,
  SCMP_ACT_TRACE: 0x7ff0_0000,
  SCMP_ACT_LOG: 0x7ffc_0000,
  SCMP_ACT_ALLOW: 0x7fff_0000,
};

/** What happens for one number: the conditional rules in order, then the verdict when none holds. */
interface Verdict {
  readonly conditional: readonly SeccompRule[];
  readonly otherwise: number;
}

interface Range {
  readonly first: number;
  readonly verdict: Verdict;
}

export function compileSeccomp(
  profile: SeccompProfile,
  capabilities: readonly string[],
): BpfInstruction[] {
  const program = [
    loadWord(offsetOfArchitecture),
    jump('equal', auditArchitecture, { whenTrue: 1, whenFalse: 0 }),
    returnValue(returnOfAction.SCMP_ACT_KILL_PROCESS),
    loadWord(offsetOfNumber),
    ...searchTree(rangesOf(profile, applicableRules(profile, capabilities))),
  ];
  if (program.length > bpfInstructionsMax)
    throw new KindError('invalidParameter', 'The seccomp profile is too large for one BPF program');
  return program;
}

function returnOf(action: SeccompAction, errno: number | undefined): number {
  const withData = action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE';
  const data = withData ? (errno ?? errnoNotPermitted) & 0xffff : 0;
  return (returnOfAction[action] | data) >>> 0;
}

/**
 * Numbers beyond the last one that the profile knows get ENOSYS instead of its default errno, as runc
 * does: a libc then falls back to an older call instead of giving up.
 */
function rangesOf(profile: SeccompProfile, rules: readonly SeccompRule[]): Range[] {
  const byNumber = new Map<number, SeccompRule[]>();
  const unlisted = returnOf(profile.defaultAction, profile.defaultErrnoRet);
  for (const rule of rules.flatMap(separateConditions)) {
    // libseccomp knows no rule that does what happens anyway; one must not undo another.
    if (returnOf(rule.action, rule.errnoRet) === unlisted) continue;
    for (const name of rule.names) {
      const number = syscallNumbers.get(name);
      if (number === undefined) continue;
      byNumber.set(number, [...(byNumber.get(number) ?? []), rule]);
    }
  }
  const last = Math.max(-1, ...knownNumbers(profile));
  const ranges: Range[] = [];
  for (let number = 0; number <= last; number += 1)
    appendRange(ranges, number, verdictOf(byNumber.get(number) ?? [], unlisted));
  const beyond =
    profile.defaultAction === 'SCMP_ACT_ERRNO'
      ? returnOf('SCMP_ACT_ERRNO', errnoNotImplemented)
      : unlisted;
  appendRange(ranges, last + 1, { conditional: [], otherwise: beyond });
  return ranges;
}

/** Several conditions on one argument are alternatives, as runc has it: each becomes a rule of its own. */
function separateConditions(rule: SeccompRule): readonly SeccompRule[] {
  const indexes = (rule.args ?? []).map(({ index }) => index);
  if (new Set(indexes).size === indexes.length) return [rule];
  return (rule.args ?? []).map((argument) => ({ ...rule, args: [argument] }));
}

function knownNumbers(profile: SeccompProfile): number[] {
  return profile.rules.flatMap((rule) => rule.names).map((name) => syscallNumbers.get(name) ?? -1);
}

function verdictOf(rules: readonly SeccompRule[], unlisted: number): Verdict {
  const unconditional = rules.find((rule) => (rule.args ?? []).length === 0);
  if (unconditional !== undefined) {
    const otherwise = returnOf(unconditional.action, unconditional.errnoRet);
    return { conditional: [], otherwise };
  }
  return { conditional: rules, otherwise: unlisted };
}

function appendRange(ranges: Range[], first: number, verdict: Verdict): void {
  const previous = ranges.at(-1)?.verdict;
  const same =
    previous !== undefined &&
    previous.conditional.length === 0 &&
    verdict.conditional.length === 0 &&
    previous.otherwise === verdict.otherwise;
  if (!same) ranges.push({ first, verdict });
}

/** The accumulator holds the number. The right half follows the left one; far jumps need a JA. */
function searchTree(ranges: readonly Range[]): BpfInstruction[] {
  const only = ranges[0];
  if (only === undefined) return [];
  if (ranges.length === 1) return verdictCode(only.verdict);
  const middle = ranges.length >> 1;
  const left = searchTree(ranges.slice(0, middle));
  const right = searchTree(ranges.slice(middle));
  const pivot = ranges[middle]?.first ?? 0;
  const branch =
    left.length <= 255
      ? [jump('greaterEqual', pivot, { whenTrue: left.length, whenFalse: 0 })]
      : [jump('greaterEqual', pivot, { whenTrue: 0, whenFalse: 1 }), jumpAlways(left.length)];
  return [...branch, ...left, ...right];
}

function verdictCode(verdict: Verdict): BpfInstruction[] {
  const rules = verdict.conditional.flatMap((rule) => {
    const answer = [returnValue(returnOf(rule.action, rule.errnoRet))];
    return (rule.args ?? []).reduceRight<BpfInstruction[]>(
      (rest, argument) => [...argumentTest(argument, rest.length), ...rest],
      answer,
    );
  });
  return [...rules, returnValue(verdict.otherwise)];
}

/** Falls through when the condition holds, else passes over the `rest` instructions after it. */
function argumentTest(argument: SeccompArgument, rest: number): BpfInstruction[] {
  const load = loadWord(offsetOfArguments + argument.index * 8);
  const holds = { whenTrue: 0, whenFalse: rest };
  const fails = { whenTrue: rest, whenFalse: 0 };
  const { value } = argument;
  switch (argument.op) {
    case 'SCMP_CMP_EQ':
      return [load, jump('equal', value, holds)];
    case 'SCMP_CMP_NE':
      return [load, jump('equal', value, fails)];
    case 'SCMP_CMP_GT':
      return [load, jump('greater', value, holds)];
    case 'SCMP_CMP_GE':
      return [load, jump('greaterEqual', value, holds)];
    case 'SCMP_CMP_LE':
      return [load, jump('greater', value, fails)];
    case 'SCMP_CMP_LT':
      return [load, jump('greaterEqual', value, fails)];
    case 'SCMP_CMP_MASKED_EQ':
      return [load, and(value), jump('equal', (argument.valueTwo ?? 0) >>> 0, holds)];
  }
}
