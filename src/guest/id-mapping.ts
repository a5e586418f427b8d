/**
 * Which users and groups of the machine a user namespace's own are (user_namespaces(7)): what `--userns-remap` chooses,
 * what the kernel is told, and what the owners of files are turned by, in both directions.
 */

/** `size` IDs from `inside` on are those from `outside` on. */
export interface IdRange {
  readonly inside: number;
  readonly outside: number;
  readonly size: number;
}

export interface IdMapping {
  readonly uids: readonly IdRange[];
  readonly gids: readonly IdRange[];
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

/** Who root of the namespace is on the machine. */
export function outsideRoot({ uids, gids }: IdMapping): { uid: number; gid: number } {
  return { uid: outsideId(uids, 0), gid: outsideId(gids, 0) };
}
