/** One instruction with everything expanded: what an executor does, as data. */
import type { ContainerConfig } from '../../api/container.ts';
import type { InlineFile } from '../instruction.ts';
import type { SourceReference } from '../plan/build-plan.ts';
import type { SourceRange } from '../source.ts';

/** What an instruction starts from, and what it leaves. Immutable. */
export interface StageState {
  readonly config: ContainerConfig;
  /** MAINTAINER. */
  readonly author: string;
  /** What variables may be used and RUN gets: the image's and the build's, the last set winning. */
  readonly env: ReadonlyMap<string, string>;
  /** ARGs declared so far, in order; undefined has no value. */
  readonly args: ReadonlyMap<string, string | undefined>;
  /** Instructions whose last one alone counts, and where each stands: an ENTRYPOINT keeps a CMD of its own stage. */
  readonly lastOf: Readonly<Partial<Record<'CMD' | 'ENTRYPOINT' | 'HEALTHCHECK', SourceRange>>>;
  /** A WORKDIR came before in this Dockerfile. */
  readonly hasWorkdir: boolean;
}

interface StepSource {
  /** `RUN make`, variables expanded: what stands behind `[2/3] `. */
  readonly text: string;
  /** The history entry's `created_by` as BuildKit writes it; undefined where it writes no entry (ONBUILD). */
  readonly createdBy: string | undefined;
  /** The classic builder's `Step 1/5 : ` text: the instruction as written. */
  readonly classicText: string;
  readonly range: SourceRange;
  readonly isOnBuild: boolean;
}

/** Nothing but the configuration: an empty layer in the history. */
export interface ConfigStep extends StepSource {
  readonly kind: 'config';
  /** `CMD`. */
  readonly name: string;
  /** What the classic builder's history says after `#(nop)  `. */
  readonly classicComment: string;
}

/** Makes the directory and its parents, mode 0755, owned by the configuration's user. */
export interface WorkdirStep extends StepSource {
  readonly kind: 'workdir';
  readonly path: string;
  readonly user: string;
  readonly classicComment: string;
}

export interface RunStep extends StepSource {
  readonly kind: 'run';
  /** The shell included. */
  readonly args: readonly string[];
  /** The image's, then the build's arguments that are set. */
  readonly env: readonly string[];
  readonly workdir: string;
  readonly user: string;
  readonly mounts: readonly RunMount[];
  readonly network: 'default' | 'none' | 'host';
  readonly security: 'sandbox' | 'insecure';
  /** A script whose first line names its interpreter: bound read-only, mode 0755, at this path. */
  readonly script?: { readonly path: string; readonly content: string };
  /** `A=b`: the arguments in force. The classic builder's cache and history leave out those of the proxy. */
  readonly buildArgs: readonly string[];
}

export interface CopyStep extends StepSource {
  readonly kind: 'copy';
  readonly name: 'COPY' | 'ADD';
  readonly from: SourceReference;
  /** Patterns as filepath.Match has them; ADD: URLs and git repositories too. */
  readonly sources: readonly string[];
  /** Heredocs, expanded. */
  readonly files: readonly Omit<InlineFile, 'expand'>[];
  /** Absolute. A slash at its end means a directory. */
  readonly destination: string;
  readonly chown: string;
  readonly chmod: string;
  readonly link: boolean;
  readonly parents: boolean;
  readonly excludes: readonly string[];
  readonly checksum: string;
  readonly keepGitDir?: boolean;
  readonly unpack?: boolean;
}

export type BuildStep = ConfigStep | WorkdirStep | RunStep | CopyStep;

interface MountTarget {
  /** Absolute. */
  readonly target: string;
  readonly readonly: boolean;
}

export type RunMount =
  | (MountTarget & {
      readonly type: 'bind';
      readonly from: SourceReference;
      readonly source: string;
    })
  | (MountTarget & {
      readonly type: 'cache';
      readonly id: string;
      readonly from: SourceReference;
      readonly source: string;
      readonly sharing: 'shared' | 'private' | 'locked';
      readonly mode?: number;
      readonly uid?: number;
      readonly gid?: number;
    })
  | (MountTarget & { readonly type: 'tmpfs'; readonly sizeBytes: number })
  | {
      readonly type: 'secret';
      readonly id: string;
      /** A file; undefined when only `env` was asked for. */
      readonly target: string | undefined;
      readonly env: string | undefined;
      readonly required: boolean;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  | {
      readonly type: 'ssh';
      readonly id: string;
      /** Of the socket; its path goes into SSH_AUTH_SOCK. */
      readonly target: string;
      readonly required: boolean;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    };
