/**
 * What has to be known of a container's files before its plan can be made: who its user is, and whether
 * what is to be mounted is a file. That costs round trips, so nothing happens here that the container does
 * not ask for, and the accounts of an image are only read once.
 */
import type { FileStat, Guest } from '../../guest/guest.ts';
import type { SetupStep } from '../../guest/plan.ts';
import { errorKind, KindError } from '../../lib/errors.ts';
import type { Daemon } from '../daemon.ts';
import type { MountPoint } from '../spec/mount-point.ts';
import type { AccountFiles } from '../spec/passwd.ts';
import { containerPaths } from '../spec/paths.ts';
import { volumesPrepared, volumeSteps } from '../volume/volume-directories.ts';
import { mountRootSteps } from './container-files.ts';
import type { Container } from './container.ts';

export interface PreparedRoot {
  readonly accounts: AccountFiles;
  /** Steps for the plan's beginning; empty when `mounted`. */
  readonly steps: readonly SetupStep[];
  readonly mounted: boolean;
  /** Destinations whose mount source is a file. */
  readonly fileMounts: ReadonlySet<string>;
}

export async function prepareRoot(daemon: Daemon, container: Container): Promise<PreparedRoot> {
  const sources = await inspectSources(daemon.guest, container.mountPoints);
  const known = container.startedBefore ? undefined : daemon.accounts.get(container.imageId);
  const volumes = volumeSteps(daemon, container);
  const steps = [...mountRootSteps(daemon, container), ...sources.steps, ...volumes];
  if (known !== undefined && volumes.length === 0)
    return { accounts: known, steps, mounted: false, fileMounts: sources.files };
  await daemon.guest.apply({ before: steps });
  volumesPrepared(daemon, container);
  const accounts = known ?? (await readAccounts(daemon, container));
  return { accounts, steps: [], mounted: true, fileMounts: sources.files };
}

async function readAccounts(daemon: Daemon, container: Container): Promise<AccountFiles> {
  const root = containerPaths(container.id).merged;
  const read = async (path: string): Promise<string> => {
    const content = await optional(daemon.guest.readFile(path, { root }));
    return content === undefined ? '' : new TextDecoder().decode(content);
  };
  const [passwd, group] = await Promise.all([read('/etc/passwd'), read('/etc/group')]);
  const files = { passwd, group };
  if (!container.startedBefore) daemon.accounts.set(container.imageId, files);
  return files;
}

/** Of what is mounted: which are files, and which have to be made as directories. */
async function inspectSources(
  guest: Guest,
  points: readonly MountPoint[],
): Promise<{ files: Set<string>; steps: SetupStep[] }> {
  const files = new Set<string>();
  const steps: SetupStep[] = [];
  const inspect = async (point: MountPoint): Promise<void> => {
    const status = await optional(statSource(guest, point));
    if (status !== undefined) {
      if (status.type !== 'dir') files.add(point.destination);
      return;
    }
    if (point.type === 'volume') return;
    if (!point.createSource) {
      const detail = `bind source path does not exist: ${point.source}`;
      throw new KindError('invalidParameter', `invalid mount config for type "bind": ${detail}`);
    }
    steps.push({
      operation: { op: 'mkdir', path: point.source, mode: 0o755, parents: true },
      cause: 'Make the directory that -v names and the machine lacks',
    });
  };
  const known = points.filter(({ type, subpath }) => type === 'bind' || subpath !== undefined);
  await Promise.all(known.map(inspect));
  return { files, steps };
}

/** A subpath that is not there, or leads out of its volume, is told by its mount. */
function statSource(guest: Guest, { source, subpath }: MountPoint): Promise<FileStat> {
  return subpath === undefined
    ? guest.stat(source, { follow: true })
    : guest.stat(`/${subpath}`, { root: source, follow: true });
}

/** Undefined when there is no such file. */
async function optional<T>(value: Promise<T>): Promise<T | undefined> {
  try {
    return await value;
  } catch (error) {
    if (errorKind(error) === 'notFound') return undefined;
    throw error;
  }
}
