/** Which namespaces each container has of its own and which it shares, beside the machine's. Pure. */
import {
  namespaceKinds,
  type NamespaceKind,
  type ProcessesResponse,
} from '../../../api/processes.ts';

export interface NamespaceCell {
  /** Undefined when the process is gone, or the kernel has no such kind. */
  readonly inode: number | undefined;
  /** `own`: nobody else's. `machine`: the machine's. `container`: shared with another container. */
  readonly sharing: 'own' | 'machine' | 'container' | 'unknown';
  /** Names of the other containers that have the same. */
  readonly sharedWith: readonly string[];
}

export interface NamespaceRow {
  readonly kind: NamespaceKind;
  /** The machine's inode; undefined when the kernel has no such kind. */
  readonly machineInode: number | undefined;
  /** One for each container, in the order of the columns. */
  readonly cells: readonly NamespaceCell[];
}

export interface NamespaceTable {
  readonly containers: readonly { readonly id: string; readonly name: string }[];
  readonly rows: readonly NamespaceRow[];
}

/** A container's namespaces are those of its first process; the machine's are those of pid 1. */
export function namespaceTable({ processes, controlGroups }: ProcessesResponse): NamespaceTable {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const machine = byPid.get(1)?.namespaces ?? {};
  const members = controlGroups.map(({ containerName: name, initPid }) => ({
    name,
    namespaces: byPid.get(initPid)?.namespaces ?? {},
  }));
  const rows = namespaceKinds.map((kind) => ({
    kind,
    machineInode: machine[kind],
    cells: members.map((member): NamespaceCell => {
      const inode = member.namespaces[kind];
      if (inode === undefined) return { inode, sharing: 'unknown', sharedWith: [] };
      const sharedWith = members
        .filter((other) => other !== member && other.namespaces[kind] === inode)
        .map(({ name }) => name);
      if (inode === machine[kind]) return { inode, sharing: 'machine', sharedWith };
      return { inode, sharing: sharedWith.length === 0 ? 'own' : 'container', sharedWith };
    }),
  }));
  const containers = controlGroups.map(({ containerId: id, containerName: name }) => ({
    id,
    name,
  }));
  return { containers, rows };
}
