/** Puts a failed setup plan into the words that runc and dockerd have for it, which the CLI reads. */
import { SetupError } from '../../guest/guest.ts';
import { mountFlags } from '../../guest/linux.ts';
import type { SetupFailure, SetupOperation, SetupPlan } from '../../guest/plan.ts';
import { rlimitNumber } from '../../guest/plan-encoder.ts';
import { KindError, errorMessage } from '../../lib/errors.ts';
import { cgroupMount } from '../spec/paths.ts';
import { createPrefix, execPrefix, initPrefix } from '../spec/runtime-error.ts';

/** The failure inside an error, if it is one of a plan. */
export function setupFailure(error: unknown): SetupFailure | undefined {
  if (error instanceof SetupError) return error.failure;
  return error instanceof Error && error.cause instanceof SetupError
    ? error.cause.failure
    : undefined;
}

export interface StartError {
  readonly error: KindError;
  readonly exitCode: number;
}

/** As dockerd tells them apart: 126 permission, 127 not found, 128 anything else. */
export function startError(
  error: unknown,
  context: { readonly plan: SetupPlan; readonly args: readonly string[]; readonly exec: boolean },
): StartError {
  const failure = setupFailure(error);
  if (failure === undefined)
    return {
      error: error instanceof KindError ? error : new KindError('system', errorMessage(error)),
      exitCode: 128,
    };
  const step = stepOf(context.plan, failure);
  if (isWorkingDirectory(failure, step)) return workingDirectoryError(failure, error);
  if (step?.op === 'mount' && step.base !== undefined)
    return { error: subpathError(step, failure, error), exitCode: 128 };
  const detail = describe(failure, context);
  const prefix = context.exec ? execPrefix : createPrefix + prefixOf(failure);
  const text = `${prefix}${detail}: unknown`;
  const build = (message: string, exitCode: number, kind: 'invalidParameter' | 'system') => ({
    error: new KindError(kind, message, { cause: error }),
    exitCode,
  });
  const lower = text.toLowerCase();
  if (lower.includes('permission denied')) return build(text, 126, 'invalidParameter');
  if (lower.includes('is a directory'))
    return build(`${text}: permission denied`, 126, 'invalidParameter');
  if (lower.includes('not a directory')) {
    const hint =
      'Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type';
    return build(`${text}: ${hint}`, 127, 'invalidParameter');
  }
  if (lower.includes('no such file or directory') || lower.includes('executable file not found'))
    return build(text, 127, 'invalidParameter');
  return build(text, 128, 'system');
}

/** dockerd makes the working directory itself, before runc is asked. */
function isWorkingDirectory(failure: SetupFailure, step: SetupOperation | undefined): boolean {
  return failure.section === 'before' && step?.op === 'mkdir' && step.root !== undefined;
}

function workingDirectoryError(failure: SetupFailure, cause: unknown): StartError {
  const reason =
    failure.errnoName === 'ENOTDIR' || failure.errnoName === 'EEXIST'
      ? `Cannot mkdir: ${failure.path} is not a directory`
      : `mkdir ${failure.path}: ${errnoText(failure.errnoName)}`;
  return { error: new KindError('system', reason, { cause }), exitCode: 128 };
}

/** dockerd looks into a volume itself, too. */
function subpathError(
  { source, base = '' }: MountOperation,
  { errnoName }: SetupFailure,
  cause: unknown,
): KindError {
  if (errnoName === 'EXDEV') {
    const message = `path concatenation escapes the base directory, base: ${base}, subpath: ${source}`;
    return new KindError('invalidParameter', message, { cause });
  }
  const path = `${base}/${source}`;
  const message = `cannot access path ${path}: lstat ${path}: ${errnoText(errnoName)}`;
  return new KindError('notFound', message, { cause });
}

/** What fails in the new process is an error of its init. */
function prefixOf({ section }: SetupFailure): string {
  return section === 'child' ? initPrefix : 'unable to start container process: ';
}

interface FailureContext {
  readonly plan: SetupPlan;
  readonly args: readonly string[];
}

function describe(failure: SetupFailure, { plan, args }: FailureContext): string {
  const reason = errnoText(failure.errnoName);
  const { operation, path, section } = failure;
  const step = stepOf(plan, failure);
  if (operation === 'exec') return describeExec(args[0] ?? '', failure.errnoName);
  if (operation === 'chdir') return `chdir to cwd ("${path}") set in config.json failed: ${reason}`;
  if (step?.op === 'mount') return describeMount(step, reason);
  const target = section === 'child' ? nextMount(plan, failure) : undefined;
  if (target !== undefined)
    return `error mounting "${target.source}" to rootfs at "${target.target}": create mountpoint for ${target.target} mount: cannot create subdirectories in "${target.root ?? ''}${target.target}": ${reason}`;
  if (step?.op === 'write') return describeWrite(path, { reason, name: failure.errnoName });
  if (step?.op === 'rlimit') {
    const number = rlimitNumber(step.resource);
    return `error setting rlimits for ready process: error setting rlimit type ${number}: ${reason}`;
  }
  if (step?.op === 'setUser') return `unable to setup user: ${reason}`;
  if (step?.op === 'capabilities') return `unable to apply caps: ${reason}`;
  if (step?.op === 'mkdir' && path.startsWith(cgroupMount))
    return `unable to apply cgroup configuration: mkdir ${path}: ${reason}`;
  return `${operation} ${path}: ${reason}`;
}

/** As Go's exec.LookPath: what PATH has but nobody may execute counts as not there. */
function describeExec(name: string, errnoName: string): string {
  if (!name.includes('/') && ['ENOENT', 'EACCES', 'EISDIR', 'ENOTDIR'].includes(errnoName))
    return `exec: "${name}": executable file not found in $PATH`;
  const reason = errnoText(errnoName);
  if (errnoName === 'ENOENT' || errnoName === 'ENOTDIR')
    return `exec: "${name}": stat ${name}: ${reason}`;
  return `exec: "${name}": ${reason}`;
}

type MountOperation = Extract<SetupOperation, { op: 'mount' }>;

function describeMount(step: MountOperation, reason: string): string {
  const { source, target, data } = step;
  const flags = step.flags.reduce((sum, flag) => sum | mountFlags[flag], 0);
  const words = [
    ...(source === '' ? [] : [`src=${source}`]),
    `dst=${target}`,
    'dstFd=/proc/thread-self/fd/8',
    ...(flags === 0 ? [] : [`flags=0x${flags.toString(16)}`]),
    ...(data === '' ? [] : [`data=${data}`]),
  ];
  return `error mounting "${source}" to rootfs at "${target}": mount ${words.join(', ')}: ${reason}`;
}

/** The mount that a failed step was to prepare. */
function nextMount(plan: SetupPlan, failure: SetupFailure): MountOperation | undefined {
  const operation = stepOf(plan, failure);
  if (operation?.op !== 'mkdir' && operation?.op !== 'touch') return undefined;
  const next = stepOf(plan, { ...failure, step: failure.step + 1 });
  return next?.op === 'mount' && next.target === operation.path ? next : undefined;
}

/** A setting that is not there cannot be opened; one that is may refuse the value. */
function describeWrite(path: string, failed: { readonly reason: string; readonly name: string }) {
  const { reason, name } = failed;
  const call = ['ENOENT', 'EACCES', 'EISDIR'].includes(name) ? 'open' : 'write';
  const detail = `${call} ${path}: ${reason}`;
  return path.startsWith(cgroupMount) ? `unable to apply cgroup configuration: ${detail}` : detail;
}

function stepOf(plan: SetupPlan, failure: SetupFailure): SetupOperation | undefined {
  const steps = {
    before: plan.before,
    clone: [],
    join: plan.clone?.join,
    parent: plan.parent,
    child: plan.child,
  }[failure.section];
  return steps?.[failure.step]?.operation;
}

const errnoTexts: Readonly<Record<string, string>> = {
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or directory',
  EIO: 'input/output error',
  ENOEXEC: 'exec format error',
  ENOMEM: 'cannot allocate memory',
  EACCES: 'permission denied',
  EBUSY: 'device or resource busy',
  EEXIST: 'file exists',
  ENODEV: 'no such device',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EINVAL: 'invalid argument',
  ENFILE: 'too many open files in system',
  EMFILE: 'too many open files',
  ETXTBSY: 'text file busy',
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'file name too long',
  EAGAIN: 'resource temporarily unavailable',
  E2BIG: 'argument list too long',
};

/** As strerror and Go have it, in lower case. */
export function errnoText(name: string): string {
  return errnoTexts[name] ?? name;
}
