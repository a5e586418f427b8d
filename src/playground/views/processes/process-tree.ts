/** The process tree, and what a process is called on each side of its container's wall. Pure. */
import type { MachineProcess, ProcessesResponse } from '../../../api/processes.ts';

export interface ProcessRow {
  readonly process: MachineProcess;
  /** 0 for a process whose parent is not shown. */
  readonly depth: number;
  /** Its pid in the innermost pid namespace; undefined where that is the machine's. */
  readonly insidePid: number | undefined;
  /** Its parent there: 0 when the parent is outside, as the kernel tells it. */
  readonly insideParentPid: number | undefined;
  readonly containerName: string | undefined;
}

export interface TreeOptions {
  /** Only what is in this container, which then is the tree's root; absent, the whole machine. */
  readonly containerId?: string;
  readonly kernelThreads?: boolean;
}

/** Parents before their children, siblings by pid. */
export function processTree(reading: ProcessesResponse, options: TreeOptions = {}): ProcessRow[] {
  const { containerId, kernelThreads = false } = options;
  const shown = reading.processes.filter(
    (process) =>
      (containerId === undefined || process.containerId === containerId) &&
      (kernelThreads || !process.kernelThread),
  );
  const all = new Map(reading.processes.map((process) => [process.pid, process]));
  const names = new Map(
    reading.controlGroups.map(({ containerId: id, containerName }) => [id, containerName]),
  );
  const children = childrenByParent(shown);
  const rows: ProcessRow[] = [];
  const visit = (process: MachineProcess, depth: number): void => {
    const insidePid = innerPid(process);
    rows.push({
      process,
      depth,
      insidePid,
      insideParentPid: insidePid === undefined ? undefined : innerParent(process, all),
      containerName: names.get(process.containerId ?? ''),
    });
    for (const child of children.get(process.pid) ?? []) visit(child, depth + 1);
  };
  for (const root of children.get(undefined) ?? []) visit(root, 0);
  return rows;
}

/** Those whose parent is not among them are under `undefined`. */
function childrenByParent(
  shown: readonly MachineProcess[],
): Map<number | undefined, MachineProcess[]> {
  const pids = new Set(shown.map(({ pid }) => pid));
  const children = new Map<number | undefined, MachineProcess[]>();
  for (const process of shown) {
    // A process that were its own parent would never be reached; the kernel has none.
    const parent = pids.has(process.parentPid) ? process.parentPid : undefined;
    children.set(parent, [...(children.get(parent) ?? []), process]);
  }
  return children;
}

function innerPid({ namespacePids }: MachineProcess): number | undefined {
  return namespacePids.length > 1 ? namespacePids.at(-1) : undefined;
}

function innerParent(
  process: MachineProcess,
  all: ReadonlyMap<number, MachineProcess>,
): number | undefined {
  const parent = all.get(process.parentPid);
  const sees = parent !== undefined && parent.namespacePids.length >= process.namespacePids.length;
  const same = sees && parent.namespaces.pid === process.namespaces.pid;
  return same ? parent.namespacePids[process.namespacePids.length - 1] : 0;
}
