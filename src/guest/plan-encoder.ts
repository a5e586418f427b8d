/** Encodes a setup plan as the body of a request: names become the kernel's numbers here. */
import { KindError } from '../lib/errors.ts';
import type { ApplyOptions, RunOptions } from './guest.ts';
import { capabilityNames, mountFlags, namespaceFlags, rlimitNames } from './linux.ts';
import { encodeLinkFields, isLinkOperation } from './link-encoder.ts';
import type { LinkOperation, NamespaceName, SetupOperation, SetupPlan, SetupStep } from './plan.ts';
import { field, openKind, operation as operationCode, section as sectionCode } from './protocol.ts';
import { BodyWriter } from './wire.ts';

/** Bits of FIELD_STDIO. */
const stdioBits = { stdin: 1, stdout: 2, stderr: 4 } as const;

const nodeTypes = ['char', 'block', 'fifo'] as const;

/** The request to run a plan that makes a process. */
export function encodeRun(plan: SetupPlan, options: RunOptions = {}): Uint8Array {
  const body = new BodyWriter(openKind.run);
  body.number(field.stdio, stdioMask(plan, options));
  body.flag(field.traced, options.traced);
  body.flag(field.held, options.prepare !== undefined);
  body.number(field.namespaces, namespaceMask(plan.clone?.namespaces ?? []));
  if (plan.clone?.cgroup !== undefined) body.text(field.cgroup, plan.clone.cgroup);
  section(body, 'before', plan.before);
  section(body, 'join', plan.clone?.join ?? []);
  section(body, 'parent', plan.parent ?? []);
  section(body, 'child', plan.child ?? []);
  return body.finish();
}

/** A terminal is all three streams: pipes beside it would only end when it replaces them. */
function stdioMask(plan: SetupPlan, { stdio }: RunOptions): number {
  if (stdio === undefined) return 0;
  if (plan.child?.some(({ operation }) => operation.op === 'terminal') === true) return 0;
  return (
    (stdio.stdin ? stdioBits.stdin : 0) |
    (stdio.stdout ? stdioBits.stdout : 0) |
    (stdio.stderr ? stdioBits.stderr : 0)
  );
}

/** The request to execute the steps of `before` alone. */
export function encodeApply(plan: SetupPlan, options: ApplyOptions = {}): Uint8Array {
  const body = new BodyWriter(openKind.apply).flag(field.traced, options.traced);
  section(body, 'before', plan.before);
  return body.finish();
}

function section(
  body: BodyWriter,
  name: keyof typeof sectionCode,
  steps: readonly SetupStep[],
): void {
  if (steps.length === 0) return;
  const writer = new BodyWriter(sectionCode[name]);
  for (const { operation } of steps) writer.bytes(field.step, encodeOperation(operation));
  body.bytes(field.section, writer.finish());
}

/** One operation: its code and its fields. */
export function encodeOperation(operation: SetupOperation): Uint8Array {
  const writer = new BodyWriter(operationCode[operation.op]);
  encodeFields(writer, operation);
  return writer.finish();
}

function encodeFields(writer: BodyWriter, operation: SetupOperation): void {
  switch (operation.op) {
    case 'mount':
      writer.text(field.source, operation.source).text(field.target, operation.target);
      writer.text(field.fstype, operation.fstype).text(field.data, operation.data);
      writer.number(
        field.flags,
        operation.flags.reduce((sum, flag) => sum | mountFlags[flag], 0),
      );
      writer.flag(field.kind, operation.likeTarget);
      if (operation.base !== undefined) writer.text(field.base, operation.base);
      root(writer, operation.root);
      break;
    case 'umount':
      writer.text(field.target, operation.target).flag(field.flags, operation.detach);
      break;
    case 'mkdir':
      writer.text(field.path, operation.path).number(field.mode, operation.mode);
      writer.flag(field.kind, operation.parents);
      root(writer, operation.root);
      break;
    case 'writeFile':
      writer.text(field.path, operation.path).number(field.mode, operation.mode);
      writer.bytes(field.content, operation.content);
      root(writer, operation.root);
      break;
    case 'write':
      writer.text(field.path, operation.path).text(field.content, operation.content);
      break;
    case 'touch':
      writer.text(field.path, operation.path).number(field.mode, operation.mode);
      root(writer, operation.root);
      break;
    case 'deviceTree':
      writer.text(field.source, operation.from).text(field.target, operation.to);
      for (const name of operation.excluded) writer.text(field.name, name);
      root(writer, operation.root);
      break;
    case 'symlink':
      writer.text(field.target, operation.target).text(field.path, operation.path);
      break;
    case 'mknod':
      writer.text(field.path, operation.path).number(field.mode, operation.mode);
      writer.number(field.kind, nodeTypes.indexOf(operation.type));
      writer.number(field.major, operation.major).number(field.minor, operation.minor);
      break;
    case 'chown':
      writer.text(field.path, operation.path);
      writer.number(field.uid, operation.uid).number(field.gid, operation.gid);
      break;
    case 'chmod':
      writer.text(field.path, operation.path).number(field.mode, operation.mode);
      break;
    case 'rename':
    case 'copyTree':
      writer.text(field.source, operation.from).text(field.target, operation.to);
      break;
    case 'removeTree':
    case 'rmdir':
    case 'maskPath':
    case 'readonlyPath':
      writer.text(field.path, operation.path);
      break;
    case 'readonlyTree':
      writer.text(field.path, operation.path);
      root(writer, operation.root);
      break;
    case 'pivotRoot':
      writer.text(field.path, operation.newRoot);
      break;
    default:
      if (isLinkOperation(operation)) encodeLinkFields(writer, operation);
      else encodeProcessFields(writer, operation);
  }
}

type FileOperationName =
  | 'mount'
  | 'umount'
  | 'mkdir'
  | 'writeFile'
  | 'write'
  | 'touch'
  | 'deviceTree'
  | 'symlink'
  | 'mknod'
  | 'chown'
  | 'chmod'
  | 'rename'
  | 'copyTree'
  | 'removeTree'
  | 'rmdir'
  | 'maskPath'
  | 'readonlyPath'
  | 'readonlyTree'
  | 'pivotRoot';

function encodeProcessFields(
  writer: BodyWriter,
  operation: Exclude<SetupOperation, { op: FileOperationName } | LinkOperation>,
): void {
  switch (operation.op) {
    case 'sethostname':
    case 'joinKeyring':
    case 'linkUp':
      writer.text(field.name, operation.name);
      break;
    case 'setns':
      if ('path' in operation) writer.text(field.path, operation.path);
      else writer.number(field.pid, operation.pid);
      writer.number(field.namespaces, namespaceMask(operation.namespaces));
      break;
    case 'unshare':
      writer.number(field.namespaces, namespaceMask(operation.namespaces));
      break;
    case 'rlimit':
      writer.number(field.resource, rlimitNumber(operation.resource));
      writer.number(field.soft, operation.soft).number(field.hard, operation.hard);
      break;
    case 'umask':
      writer.number(field.mode, operation.mask);
      break;
    case 'terminal':
      writer.number(field.columns, operation.columns).number(field.rows, operation.rows);
      if (operation.bindTo !== undefined) writer.text(field.target, operation.bindTo);
      break;
    case 'capabilities':
      writer.number(field.bounding, capabilityMask(operation.bounding));
      writer.number(field.permitted, capabilityMask(operation.permitted));
      writer.number(field.effective, capabilityMask(operation.effective));
      writer.number(field.inheritable, capabilityMask(operation.inheritable));
      writer.number(field.ambient, capabilityMask(operation.ambient));
      break;
    case 'setUser':
      writer.number(field.uid, operation.uid).number(field.gid, operation.gid);
      for (const group of operation.groups) writer.number(field.group, group);
      break;
    case 'ownStreams':
      writer.number(field.uid, operation.uid).number(field.gid, operation.gid);
      break;
    case 'seccomp':
      writer.bytes(field.content, operation.program).flag(field.kind, operation.log);
      break;
    case 'chdir':
      writer.text(field.path, operation.path).flag(field.kind, operation.create);
      break;
    case 'deviceFilter':
      writer.text(field.cgroup, operation.cgroup).bytes(field.content, operation.program);
      break;
    case 'loopAttach':
      writer.text(field.path, operation.path).number(field.minor, operation.device);
      break;
    case 'sync':
      writer.text(field.path, operation.path);
      break;
    case 'exec':
      writer.text(field.path, operation.path);
      for (const argument of operation.argv) writer.text(field.argument, argument);
      for (const variable of operation.env) writer.text(field.environment, variable);
      break;
    case 'setsid':
    case 'noNewPrivileges':
      break;
  }
}

function root(writer: BodyWriter, path: string | undefined): void {
  if (path !== undefined) writer.text(field.root, path);
}

/** CLONE_NEW* of all of them. */
export function namespaceMask(names: readonly NamespaceName[]): number {
  return names.reduce((mask, name) => mask | namespaceFlags[name], 0);
}

/** One bit for each capability; a name that is none is `invalidParameter`. */
export function capabilityMask(names: readonly string[]): bigint {
  let mask = 0n;
  for (const name of names) {
    const number = capabilityNames.findIndex((known) => known === name);
    if (number < 0) throw new KindError('invalidParameter', `Unknown capability "${name}"`);
    mask |= 1n << BigInt(number);
  }
  return mask;
}

/** `nofile`, `NOFILE` or `RLIMIT_NOFILE`. */
export function rlimitNumber(resource: string): number {
  const name = resource.toUpperCase().replace(/^RLIMIT_/, '');
  const number = rlimitNames.findIndex((known) => known === name);
  if (number < 0) throw new KindError('invalidParameter', `Unknown limit "${resource}"`);
  return number;
}
