/** What is to be built: stages with their bases known, and which of them the target needs. Pure data. */
import type { Dockerfile, Instruction, Stage } from '../instruction.ts';

/** Where files or a base come from. */
export type SourceReference =
  | { readonly kind: 'scratch' }
  /** The main context. */
  | { readonly kind: 'context' }
  /** The index of a stage in `BuildPlan.stages`. */
  | { readonly kind: 'stage'; readonly index: number }
  /** An image; `platform` where it differs from the target's. */
  | { readonly kind: 'image'; readonly reference: string; readonly platform?: string }
  /** `--build-context name=value`. */
  | { readonly kind: 'named'; readonly name: string; readonly value: string };

export interface PlannedStage {
  /** Its position in the Dockerfile. */
  readonly index: number;
  readonly stage: Stage;
  /** What stands in its steps' names: its own, else `stage-1`; empty in a Dockerfile of one stage. */
  readonly label: string;
  readonly base: SourceReference;
  /** What FROM's arguments come to. */
  readonly baseName: string;
  /** `linux/amd64` of FROM's flag; undefined where it has none. */
  readonly platform: string | undefined;
  readonly instructions: readonly PlannedInstruction[];
  /** Stages that must be built before, each once. */
  readonly dependsOn: readonly number[];
  /** Its steps do not use the cache. */
  readonly noCache: boolean;
  /** Why it cannot begin: told when the classic builder comes to it. */
  readonly problem?: Error;
}

export interface PlannedInstruction {
  readonly instruction: Instruction;
  /** COPY's `from`; the context where it names none. */
  readonly from: SourceReference;
  /** The `from` of each of RUN's mounts, in their order; undefined where a mount has none. */
  readonly mountsFrom: readonly (SourceReference | undefined)[];
  /** Came from the base image's ONBUILD. */
  readonly isOnBuild: boolean;
  /** Why it cannot be done: told when the classic builder comes to it. */
  readonly problem?: Error;
}

export interface BuildPlan {
  readonly dockerfile: Dockerfile;
  readonly stages: readonly PlannedStage[];
  readonly target: number;
  /** Stages the target needs, itself included, each after those it depends on. */
  readonly order: readonly number[];
  /** ARG before FROM and the predefined ones (TARGETPLATFORM …), expanded. */
  readonly globalArgs: ReadonlyMap<string, string>;
  readonly options: PlanOptions;
}

export interface PlanOptions {
  /** A value that `--build-arg` gave. */
  readonly buildArgs: ReadonlyMap<string, string>;
  /** Name or index; the last stage where undefined. */
  readonly target?: string;
  /** `--build-context`: name to what it stands for. */
  readonly namedContexts: ReadonlyMap<string, string>;
  /** `linux/386`: what this machine runs. */
  readonly buildPlatform: string;
  readonly targetPlatform: string;
  /** Stages' names whose cache is not used; `true` for all. */
  readonly noCache: true | readonly string[];
  /** Docker's classic builder: it finds a stage's mistakes when it comes to them, and leaves WORKDIR as written. */
  readonly isClassic?: true;
  /** All stages are wanted: for checks. */
  readonly allStages?: true;
}
