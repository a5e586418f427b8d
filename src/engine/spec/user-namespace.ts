/**
 * User namespaces, as `--userns-remap` asks for them: root of a container is nobody in particular on the machine.
 *
 * The engine's own files are then as the container's root sees them: what it makes for containers belongs to that
 * user, and the 9p server shows the images' layers with owners turned likewise, for every container, also for one
 * with `--userns host`.
 */
import type { HostConfig } from '../../api/container.ts';
import { idMapText, outsideId, type IdMapping } from '../../guest/id-mapping.ts';
import type { SetupOperation, SetupStep } from '../../guest/plan.ts';
import { KindError } from '../../lib/errors.ts';
import { defaultDevices } from './default-paths.ts';
import type { RuntimeSpec, SpecProcess } from './runtime-spec.ts';
import { step } from './step.ts';

/** A user and group of the machine. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export const machineRoot: Owner = { uid: 0, gid: 0 };

/** The mapping of a container; undefined where its users are the machine's. */
export function containerIds(
  ids: IdMapping | undefined,
  { UsernsMode: mode }: HostConfig,
): IdMapping | undefined {
  return mode === 'host' ? undefined : ids;
}

/** Rejects in dockerd's words what needs to be root of the machine. */
export function checkUserNamespace(ids: IdMapping | undefined, hostConfig: HostConfig): void {
  if (containerIds(ids, hostConfig) === undefined) return;
  const refuse = (message: string): KindError => new KindError('invalidParameter', message);
  if (hostConfig.Privileged === true)
    throw refuse(
      'privileged mode is incompatible with user namespaces.  You must run the container in the host namespace when running privileged mode',
    );
  if (hostConfig.NetworkMode === 'host')
    throw refuse("cannot share the host's network namespace when user namespaces are enabled");
  if (hostConfig.PidMode === 'host')
    throw refuse('cannot share the host PID namespace when user namespaces are enabled');
}

/** Nothing where root stays the owner. */
export function ownerSteps(paths: readonly string[], { uid, gid }: Owner): SetupStep[] {
  if (uid === 0 && gid === 0) return [];
  return paths.map((path) =>
    step(
      { op: 'chown', path, uid, gid },
      'It belongs to whom the container’s root is on the machine',
    ),
  );
}

/** Who may open the standard streams anew; nothing where they have a terminal, or belong to root. */
export function streamSteps(
  { terminal, user }: SpecProcess,
  ids: IdMapping | undefined,
): SetupStep[] {
  const uid = ids === undefined ? user.uid : outsideId(ids.uids, user.uid);
  const gid = ids === undefined ? 0 : outsideId(ids.gids, 0);
  if (terminal || uid === 0) return [];
  return [
    step({ op: 'ownStreams', uid, gid }, 'Let the user open /dev/stdout and the like as files'),
  ];
}

export function idMapSteps(ids: IdMapping): SetupStep[] {
  const write = (file: string, content: string, cause: string) =>
    step({ op: 'write', path: `/proc/$PID/${file}`, content }, cause);
  return [
    write('uid_map', idMapText(ids.uids), 'Tell the kernel who its users are on the machine'),
    write('gid_map', idMapText(ids.gids), 'And who its groups are'),
  ];
}

export function becomeRootStep(): SetupStep {
  return step(
    { op: 'setUser', uid: 0, gid: 0, groups: [] },
    'Be root of the user namespace; on the machine that is nobody in particular',
  );
}

/** A mount that came along with the namespaces is locked: pivot_root wants one of its own. */
export function ownRootStep({ root }: RuntimeSpec): SetupStep {
  const { path } = root;
  const operation: SetupOperation = {
    op: 'mount',
    source: path,
    target: path,
    fstype: '',
    flags: ['bind', 'rec'],
    data: '',
  };
  return step(operation, 'The root again, as a mount of this namespace’s own');
}

/** Nobody in a user namespace makes devices: the machine's are mounted. While its /dev can be seen. */
export function boundDeviceSteps(
  { root, devices }: RuntimeSpec,
  { defaults }: { readonly defaults: boolean },
): SetupStep[] {
  const bind = (source: string, target: string, cause: string): SetupStep[] => [
    step({ op: 'touch', path: target, mode: 0o644, root: root.path }, cause),
    step(
      { op: 'mount', source, target, fstype: '', flags: ['bind'], data: '', root: root.path },
      cause,
    ),
  ];
  return [
    ...(defaults ? defaultDevices : []).flatMap(({ path }) =>
      bind(path, path, 'One of the few devices that every program may expect'),
    ),
    ...devices.flatMap(({ source, path }) =>
      bind(source, path, 'A device of the machine, as asked'),
    ),
  ];
}
