/**
 * Which users and groups of the machine a user namespace's own are (user_namespaces(7)): what `--userns-remap` chooses,
 * what the kernel is told, and what the owners of files are turned by, in both directions.
 */
import { KindError } from '../lib/errors.ts';

/** `size` IDs from `inside` on are those from `outside` on. */
export interface IdRange {
  readonly inside: number;
  readonly outside: number;
  readonly size: number;
}

export interface IdMapping {
  readonly uids: readonly IdRange[];
  readonly gids: readonly IdRange[];
  /** Whose they are: a user and group that the machine is to know. */
  readonly account?: string;
}

/** Who an ID is that no range has: the kernel's overflow ID. */
export const overflowId = 65534;

/** What /proc/PID/uid_map takes, and the agent: a line for each range. */
export function idMapText(ranges: readonly IdRange[]): string {
  return ranges.map(({ inside, outside, size }) => `${inside} ${outside} ${size}\n`).join('');
}

/** The machine's ID; `overflowId` where there is none. */
export function outsideId(ranges: readonly IdRange[], id: number): number {
  const range = ranges.find(({ inside, size }) => id >= inside && id < inside + size);
  return range === undefined ? overflowId : range.outside + id - range.inside;
}

/** Throws in Docker's words for an owner who is nobody on the machine. */
export function checkOwner(
  { uids, gids }: IdMapping,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): void {
  const isIn = (ranges: readonly IdRange[], id: number) =>
    ranges.some(({ inside, size }) => id >= inside && id < inside + size);
  if (!isIn(uids, uid)) throw strangerError(uid);
  if (!isIn(gids, gid)) throw strangerError(gid);
}

export function strangerError(id: number | string, cause?: unknown): KindError {
  return new KindError('system', `Container ID ${id} cannot be mapped to a host ID`, { cause });
}

/** Who root of the namespace is on the machine. */
export function outsideRoot({ uids, gids }: IdMapping): { uid: number; gid: number } {
  return { uid: outsideId(uids, 0), gid: outsideId(gids, 0) };
}
