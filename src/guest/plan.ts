/**
 * The setup plan: what the engine decides and the agent executes. Pure data, in order, with a cause
 * for each step; printed, it is what the learner sees in the x-ray view.
 *
 * A plan has sections, because the processes that execute them differ:
 * - `before`: the agent itself, in the machine's namespaces (mounts of the root file system, cgroups).
 * - `clone`: how the process is made. Absent, the plan only consists of `before`.
 * - `parent`: the agent, once the process exists and before it goes on (`$PID` in paths is its pid).
 * - `child`: the new process, in its namespaces, ending with `exec`.
 * The first operation that fails ends the plan; the failure names operation, errno and path.
 */
import type { Table } from './nftables/table.ts';

/** Mount flags by their mount(2) names without `MS_`, in lower case. */
export type MountFlag =
  | 'ro'
  | 'nosuid'
  | 'nodev'
  | 'noexec'
  | 'sync'
  | 'remount'
  | 'mand'
  | 'dirsync'
  | 'noatime'
  | 'nodiratime'
  | 'relatime'
  | 'strictatime'
  | 'bind'
  | 'move'
  | 'rec'
  | 'private'
  | 'rprivate'
  | 'slave'
  | 'rslave'
  | 'shared'
  | 'rshared'
  | 'unbindable';

export type NamespaceName = 'mnt' | 'pid' | 'net' | 'uts' | 'ipc' | 'user' | 'cgroup' | 'time';

export type SetupOperation =
  /**
   * mount(2). `source`, `fstype` and `data` may be empty. `likeTarget`: a tmpfs takes the mode of the
   * directory that it covers, which is made when it is missing. `base`: `source` is a path in that directory, and
   * nothing in there leads out of it (openat2 RESOLVE_BENEATH).
   */
  | {
      readonly op: 'mount';
      readonly source: string;
      readonly target: string;
      readonly fstype: string;
      readonly flags: readonly MountFlag[];
      readonly data: string;
      readonly root?: string;
      readonly likeTarget?: boolean;
      readonly base?: string;
    }
  | { readonly op: 'umount'; readonly target: string; readonly detach: boolean }
  /** mkdir -p when `parents`; an existing directory is no error then. */
  | {
      readonly op: 'mkdir';
      readonly path: string;
      readonly mode: number;
      readonly parents: boolean;
      readonly root?: string;
    }
  /** Creates or truncates. `root`: resolve inside that directory, symlinks included (openat2 RESOLVE_IN_ROOT). */
  | {
      readonly op: 'writeFile';
      readonly path: string;
      readonly content: Uint8Array;
      readonly mode: number;
      readonly root?: string;
      /** The content is nobody else's: no text of the plan tells it. */
      readonly secret?: boolean;
    }
  /** Writes to a file that must exist (cgroup and proc files). */
  | { readonly op: 'write'; readonly path: string; readonly content: string }
  | { readonly op: 'symlink'; readonly target: string; readonly path: string }
  | {
      readonly op: 'mknod';
      readonly path: string;
      readonly type: 'char' | 'block' | 'fifo';
      readonly mode: number;
      readonly major: number;
      readonly minor: number;
    }
  | { readonly op: 'chown'; readonly path: string; readonly uid: number; readonly gid: number }
  | { readonly op: 'chmod'; readonly path: string; readonly mode: number }
  | { readonly op: 'rename'; readonly from: string; readonly to: string }
  /** rm -rf without crossing mounts; a missing path is no error. */
  | { readonly op: 'removeTree'; readonly path: string }
  /** Removes an (empty) directory, a cgroup for instance; retries EBUSY for up to a second. */
  | { readonly op: 'rmdir'; readonly path: string }
  | { readonly op: 'copyTree'; readonly from: string; readonly to: string }
  | { readonly op: 'pivotRoot'; readonly newRoot: string }
  /** Covers a path if it exists: a file with /dev/null, a directory with a read-only tmpfs. */
  | { readonly op: 'maskPath'; readonly path: string }
  /** Remounts a path read-only onto itself if it exists. */
  | { readonly op: 'readonlyPath'; readonly path: string }
  | { readonly op: 'sethostname'; readonly name: string }
  | { readonly op: 'linkUp'; readonly name: string }
  | { readonly op: 'setns'; readonly pid: number; readonly namespaces: readonly NamespaceName[] }
  /** Joins the namespace that a file stands for. */
  | { readonly op: 'setns'; readonly path: string; readonly namespaces: readonly NamespaceName[] }
  /** New namespaces for the process that executes the plan: its later steps are done in them. */
  | { readonly op: 'unshare'; readonly namespaces: readonly NamespaceName[] }
  | {
      readonly op: 'rlimit';
      readonly resource: string;
      readonly soft: bigint;
      readonly hard: bigint;
    }
  | { readonly op: 'umask'; readonly mask: number }
  /** Opens /dev/ptmx of the current mount namespace, makes it the controlling terminal and stdio. `bindTo`: also bind the slave there (/dev/console). */
  | {
      readonly op: 'terminal';
      readonly columns: number;
      readonly rows: number;
      readonly bindTo?: string;
    }
  | { readonly op: 'setsid' }
  /** Names without `CAP_` prefix are an error: `CAP_CHOWN` and so on. Drops the bounding set now; the other sets are applied by `setUser`. */
  | {
      readonly op: 'capabilities';
      readonly bounding: readonly string[];
      readonly permitted: readonly string[];
      readonly effective: readonly string[];
      readonly inheritable: readonly string[];
      readonly ambient: readonly string[];
    }
  | {
      readonly op: 'setUser';
      readonly uid: number;
      readonly gid: number;
      readonly groups: readonly number[];
    }
  /** Gives the standard streams to a user, so that it may open them anew as /dev/stdout and the like. */
  | { readonly op: 'ownStreams'; readonly uid: number; readonly gid: number }
  | { readonly op: 'noNewPrivileges' }
  /** A compiled classic BPF program: 8 bytes per instruction, little endian. */
  | { readonly op: 'seccomp'; readonly program: Uint8Array; readonly log: boolean }
  | { readonly op: 'chdir'; readonly path: string; readonly create: boolean }
  /** execve; a name without a slash is searched in PATH of `env`. Last operation of `child`. */
  | {
      readonly op: 'exec';
      readonly path: string;
      readonly argv: readonly string[];
      readonly env: readonly string[];
      /** Names in `env` whose values no text of the plan tells. */
      readonly secretNames?: readonly string[];
    }
  /** Attaches an eBPF program (8 bytes per instruction, little endian) that says which devices a cgroup may use. */
  | { readonly op: 'deviceFilter'; readonly cgroup: string; readonly program: Uint8Array }
  /** An empty file with its parents, to mount another over; what is there already, of whatever kind, stays. */
  | {
      readonly op: 'touch';
      readonly path: string;
      readonly mode: number;
      readonly root?: string;
    }
  /** Makes every device of a directory, at any depth, in another with the same numbers, mode and owner. */
  | {
      readonly op: 'deviceTree';
      readonly from: string;
      readonly to: string;
      /** Names that are passed over wherever they are. */
      readonly excluded: readonly string[];
      readonly root?: string;
    }
  /** Makes or joins a session keyring by name, so that the machine's keys are out of reach. */
  | { readonly op: 'joinKeyring'; readonly name: string }
  /** Makes a file the block device `/dev/loop<device>`, for good and with direct I/O. */
  | { readonly op: 'loopAttach'; readonly path: string; readonly device: number }
  /** Writes out everything of the file system that the path lies in. */
  | { readonly op: 'sync'; readonly path: string }
  /** Makes a mount and all those below it read-only (mount_setattr AT_RECURSIVE). */
  | { readonly op: 'readonlyTree'; readonly path: string; readonly root?: string }
  | LinkOperation;

/** What the interfaces, addresses and routes of the caller's network namespace are. */
export type LinkOperation =
  /** Makes an interface; `parent` is what macvlan, ipvlan and vlan stand on. It is down at first. */
  | {
      readonly op: 'linkAdd';
      readonly name: string;
      readonly kind: LinkKind;
      /** The other end of a veth. */
      readonly peer?: string;
      readonly parent?: string;
      /** Of macvlan and ipvlan. */
      readonly mode?: LinkMode;
      /** Of vlan and vxlan. */
      readonly id?: number;
      /** `02:42:ac:11:00:02` */
      readonly mac?: string;
      readonly mtu?: number;
    }
  /** Changes an interface, all at once. */
  | {
      readonly op: 'linkSet';
      readonly name: string;
      readonly newName?: string;
      /** The bridge to become a port of. */
      readonly master?: string;
      /** A file that stands for the network namespace to move to. */
      readonly netns?: string;
      readonly mac?: string;
      readonly mtu?: number;
      readonly up?: boolean;
    }
  /** `missingOk`: one that is gone already is no error. */
  | { readonly op: 'linkDelete'; readonly name: string; readonly missingOk?: boolean }
  /** `172.17.0.2`, `fd00::2`; an IPv6 address is of use at once. */
  | {
      readonly op: 'addressAdd' | 'addressDelete';
      readonly link: string;
      readonly address: string;
      readonly prefixLength: number;
    }
  /** `default`, or a prefix. A route that is there is replaced. */
  | {
      readonly op: 'routeAdd' | 'routeDelete';
      readonly destination: string;
      readonly gateway?: string;
      readonly link?: string;
    }
  /** Puts a table of nftables in the place of the one that has its name. */
  | { readonly op: 'packetFilter'; readonly table: Table };

export type LinkKind = 'bridge' | 'veth' | 'macvlan' | 'ipvlan' | 'vlan' | 'vxlan' | 'dummy';
export type LinkMode = 'private' | 'vepa' | 'bridge' | 'passthru' | 'l2' | 'l3' | 'l3s';

export type OperationName = SetupOperation['op'];

export interface SetupStep {
  readonly operation: SetupOperation;
  /** Why, in one sentence for a learner. */
  readonly cause: string;
}

export interface CloneOptions {
  readonly namespaces: readonly NamespaceName[];
  /** Directory of the cgroup to start in (clone3 CLONE_INTO_CGROUP). */
  readonly cgroup?: string;
  /** `setns` steps run in an intermediate process, so that a joined pid namespace holds the child. */
  readonly join?: readonly SetupStep[];
}

export interface SetupPlan {
  readonly before: readonly SetupStep[];
  readonly clone?: CloneOptions;
  readonly parent?: readonly SetupStep[];
  readonly child?: readonly SetupStep[];
}

/** Why a plan did not get to its end. */
export interface SetupFailure {
  readonly section: 'before' | 'clone' | 'join' | 'parent' | 'child';
  /** Index within the section. */
  readonly step: number;
  readonly operation: OperationName | 'clone';
  readonly errno: number;
  /** Symbolic name, `ENOENT`. */
  readonly errnoName: string;
  readonly path: string;
}
