/** Puts a failed setup plan into the words that runc and dockerd have for it, which the CLI reads. */
import { SetupError } from '../../guest/guest.ts';
import type { SetupFailure, SetupPlan } from '../../guest/plan.ts';
import { KindError, errorMessage } from '../../lib/errors.ts';

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

const containerPrefix =
  'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ';
const execPrefix = 'OCI runtime exec failed: exec failed: unable to start container process: ';

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
  const detail = describe(failure, context);
  const text = `${context.exec ? execPrefix : containerPrefix}${detail}: unknown`;
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

function describe(
  failure: SetupFailure,
  { plan, args }: { readonly plan: SetupPlan; readonly args: readonly string[] },
): string {
  const reason = errnoText(failure.errnoName);
  const { operation, path } = failure;
  if (operation === 'exec') {
    const name = args[0] ?? '';
    if (failure.errnoName === 'ENOENT' && !name.includes('/'))
      return `exec: "${name}": executable file not found in $PATH`;
    if (failure.errnoName === 'ENOENT')
      return `exec: "${name}": stat ${name}: no such file or directory`;
    return `exec: "${name}": ${reason}`;
  }
  if (operation === 'chdir') {
    return `chdir to cwd ("${path}") set in config.json failed: ${reason}`;
  }
  if (operation === 'mount') {
    const step = stepOf(plan, failure);
    const source = step?.op === 'mount' ? step.source : '';
    const root = step?.op === 'mount' ? (step.root ?? '') : '';
    return `error mounting "${source}" to rootfs at "${path}": mount ${source}:${path} (via ${root}): ${reason}`;
  }
  return `${operation} ${path}: ${reason}`;
}

function stepOf(plan: SetupPlan, failure: SetupFailure) {
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
