/**
 * What a container is to the kernel, in the words of the OCI runtime specification. The engine
 * compiles an image's config and a HostConfig into it, and from it the setup plan.
 */
import type { IdMapping } from '../../guest/id-mapping.ts';
import type { NamespaceName } from '../../guest/plan.ts';
import type { DeviceRule } from './device-filter.ts';
import type { ProcessUser } from './passwd.ts';
import type { Owner } from './user-namespace.ts';

export interface SpecCapabilities {
  readonly bounding: readonly string[];
  readonly permitted: readonly string[];
  readonly effective: readonly string[];
  readonly inheritable: readonly string[];
  readonly ambient: readonly string[];
}

/** A compiled seccomp profile. */
export interface SeccompProgram {
  readonly program: Uint8Array;
  /** What is refused is logged. */
  readonly log: boolean;
}

export interface SpecRlimit {
  /** `RLIMIT_NOFILE` and so on. */
  readonly type: string;
  readonly soft: bigint;
  readonly hard: bigint;
}

export interface SpecProcess {
  readonly args: readonly string[];
  readonly env: readonly string[];
  /** Names in `env` whose values no text of the plan tells. */
  readonly secretNames?: readonly string[];
  readonly cwd: string;
  readonly terminal: boolean;
  readonly consoleSize: { readonly columns: number; readonly rows: number };
  readonly user: ProcessUser;
  readonly capabilities: SpecCapabilities;
  readonly rlimits: readonly SpecRlimit[];
  readonly noNewPrivileges: boolean;
  readonly oomScoreAdj: number;
  /** Absent is unconfined. */
  readonly seccomp?: SeccompProgram;
}

export interface SpecMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
  /** Of a volume: what is mounted is this path in `source`, and nothing in there leads out of it. */
  readonly subpath?: string;
  /** What is made for the mount when there is nothing; `like it` also takes the mode of what there is. */
  readonly target?: 'dir' | 'file' | 'exists' | 'like it';
  readonly cause: string;
}

export interface SpecNamespace {
  readonly type: NamespaceName;
  /** Join the namespace of this process rather than make a new one. */
  readonly pid?: number;
}

/** A cgroup v2 file and what is written there. */
export interface SpecLimit {
  readonly file: string;
  readonly value: string;
  readonly cause: string;
}

export interface SpecDevice {
  /** On the machine. */
  readonly source: string;
  /** In the container. */
  readonly path: string;
  readonly type: 'char' | 'block';
  readonly major: number;
  readonly minor: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface SpecRoot {
  /** Where the overlay is mounted. */
  readonly path: string;
  readonly readonly: boolean;
  /** Topmost first. */
  readonly lowerDirs: readonly string[];
  readonly upperDir: string;
  readonly workDir: string;
  /** Nothing of it is needed after a crash, so nothing waits for the disk. */
  readonly volatile?: boolean;
  /** Who its root belongs to; absent, the machine's. */
  readonly owner?: Owner;
}

export interface RuntimeSpec {
  readonly process: SpecProcess;
  readonly root: SpecRoot;
  readonly hostname: string;
  readonly domainname: string;
  readonly mounts: readonly SpecMount[];
  readonly namespaces: readonly SpecNamespace[];
  readonly cgroupsPath: string;
  readonly limits: readonly SpecLimit[];
  readonly sysctl: Readonly<Record<string, string>>;
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
  /** Beside those that every container has. */
  readonly devices: readonly SpecDevice[];
  /** Also give the container every device of the machine. */
  readonly allDevices: boolean;
  /** Which devices may be used; absent is all. */
  readonly deviceRules?: readonly DeviceRule[];
  /** A shared memory file system that other containers may join, to be mounted first. */
  readonly sharedMemory?: { readonly path: string; readonly sizeBytes: number };
  readonly keyring: string;
  /** Of the users in a user namespace; absent, they are the machine's. */
  readonly ids?: IdMapping;
}
