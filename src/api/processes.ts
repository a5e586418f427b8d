/** Wire types of `GET /bottleship/processes`, beside Docker's API: every process of the machine and every container's cgroup. */

/** As the kernel calls them under /proc/PID/ns. */
export const namespaceKinds = [
  'mnt',
  'pid',
  'net',
  'uts',
  'ipc',
  'user',
  'cgroup',
  'time',
] as const;
export type NamespaceKind = (typeof namespaceKinds)[number];

/** Inode numbers: two processes with the same number share the namespace. Kinds that the kernel lacks are absent. */
export type NamespaceInodes = Readonly<Partial<Record<NamespaceKind, number>>>;

export interface MachineProcess {
  /** In the machine's pid namespace. */
  readonly pid: number;
  /** 0 for the first process, and for threads of the kernel's. */
  readonly parentPid: number;
  /** From the machine's pid namespace inwards, `pid` first: what each pid namespace calls this process. */
  readonly namespacePids: readonly number[];
  /** At most 15 characters, as the kernel keeps it. */
  readonly name: string;
  /** Arguments joined with spaces; `[name]` for a thread of the kernel's or a process without. */
  readonly command: string;
  readonly userId: number;
  /** What the machine's /etc/passwd calls that ID, as `docker top` shows; the number when it does not. */
  readonly user: string;
  /** One letter: R, S, D, T, t, Z, X or I. */
  readonly state: string;
  readonly kernelThread: boolean;
  /** Empty for a thread of the kernel's, whose namespaces are the machine's, and where they could not be read. */
  readonly namespaces: NamespaceInodes;
  /** Of the container whose cgroup it is in. */
  readonly containerId?: string;
}

/** Limits are null where there is none. */
export interface ControlGroup {
  readonly containerId: string;
  readonly containerName: string;
  readonly path: string;
  /** `State.Pid` of `docker inspect`. */
  readonly initPid: number;
  readonly memoryBytes: number;
  readonly memoryBytesMax: number | null;
  readonly cpuUsageMicroseconds: number;
  /** Processor time that it may use in each period. */
  readonly cpuQuotaMicroseconds: number | null;
  readonly cpuPeriodMicroseconds: number;
  readonly pids: number;
  readonly pidsMax: number | null;
}

export interface ProcessesResponse {
  /** By pid. */
  readonly processes: readonly MachineProcess[];
  /** Of the containers that run, oldest first. */
  readonly controlGroups: readonly ControlGroup[];
  /** There are more processes or containers than are told. */
  readonly truncated: boolean;
}
