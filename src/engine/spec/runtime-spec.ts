/**
 * What a container is to the kernel, in the words of the OCI runtime specification. The engine
 * compiles an image's config and a HostConfig into it, and from it the setup plan.
 */
import type { NamespaceName } from '../../guest/plan.ts';
import type { ProcessUser } from './passwd.ts';

export interface SpecCapabilities {
  readonly bounding: readonly string[];
  readonly permitted: readonly string[];
  readonly effective: readonly string[];
  readonly inheritable: readonly string[];
  readonly ambient: readonly string[];
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
  readonly cwd: string;
  readonly terminal: boolean;
  readonly consoleSize: { readonly columns: number; readonly rows: number };
  readonly user: ProcessUser;
  readonly capabilities: SpecCapabilities;
  readonly rlimits: readonly SpecRlimit[];
  readonly noNewPrivileges: boolean;
  readonly oomScoreAdj: number;
  /** A compiled program; absent is unconfined. */
  readonly seccomp?: Uint8Array;
}

export interface SpecMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
  /** What has to be there before the mount; a file is only made when `missing`. */
  readonly target?: 'dir' | 'missing file' | 'exists';
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

export interface SpecRoot {
  /** Where the overlay is mounted. */
  readonly path: string;
  readonly readonly: boolean;
  /** Topmost first. */
  readonly lowerDirs: readonly string[];
  readonly upperDir: string;
  readonly workDir: string;
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
  /** Bind the machine's whole /dev instead of making nodes. */
  readonly privileged: boolean;
}
