/** What a Dockerfile is made of, typed: nothing is expanded yet. */
import type { HealthConfig } from '../api/container.ts';
import type { SourceFile, SourceRange } from './source.ts';

export interface KeyValue {
  readonly key: string;
  readonly value: string;
  /** `ENV key value`, the form without an equals sign. */
  readonly isLegacy?: true;
}

/** `ARG name` without a default has no value. */
export interface BuildArgument {
  readonly key: string;
  readonly value?: string;
  /** `# name words` in a comment right above. */
  readonly description?: string;
}

/** Shell form is one string for a shell to run, exec form the arguments themselves. */
export type CommandLine =
  | { readonly form: 'shell'; readonly text: string }
  | { readonly form: 'exec'; readonly args: readonly string[] };

export interface Heredoc {
  readonly name: string;
  /** As written, with its last line feed. */
  readonly content: string;
  /** False when any part of its name is quoted. */
  readonly expand: boolean;
  /** `<<-`: tabs in front of each line go. */
  readonly chomp: boolean;
}

/** A file that COPY or ADD brings itself. `content` is chomped but not yet expanded. */
export interface InlineFile {
  readonly name: string;
  readonly content: string;
  readonly expand: boolean;
}

/** Where an instruction stands and what it looked like. */
export interface InstructionSource {
  readonly range: SourceRange;
  /** As written: `ENV` or `env`. */
  readonly keyword: string;
  /** The whole instruction on one line, continuations joined, without heredocs' contents. */
  readonly code: string;
  /** Comments directly above, without the number sign. */
  readonly comments: readonly string[];
}

export interface CopyInstruction {
  readonly name: 'COPY' | 'ADD';
  readonly sources: readonly string[];
  readonly files: readonly InlineFile[];
  readonly destination: string;
  /** COPY alone: a stage's name or index, a named context or an image. */
  readonly from?: string;
  readonly chown: string;
  readonly chmod: string;
  readonly link: boolean;
  readonly parents: boolean;
  readonly excludes: readonly string[];
  /** The rest is ADD's. */
  readonly checksum: string;
  readonly keepGitDir?: boolean;
  readonly unpack?: boolean;
}

export interface RunInstruction {
  readonly name: 'RUN';
  readonly command: CommandLine;
  readonly heredocs: readonly Heredoc[];
  /** `--mount=…`, each as written: they are read when their variables are known. */
  readonly mounts: readonly string[];
  readonly network: 'default' | 'none' | 'host';
  readonly security: 'sandbox' | 'insecure';
  readonly devices: readonly string[];
}

/** Instructions that change the image's configuration alone: what `--change` of commit and import takes. */
export type ConfigInstruction =
  | {
      readonly name: 'ENV' | 'LABEL';
      readonly pairs: readonly KeyValue[];
      /** Nothing in it expands. */
      readonly isLiteral?: true;
    }
  | { readonly name: 'CMD' | 'ENTRYPOINT'; readonly command: CommandLine }
  | { readonly name: 'EXPOSE'; readonly ports: readonly string[] }
  | { readonly name: 'VOLUME'; readonly paths: readonly string[] }
  | { readonly name: 'USER' | 'WORKDIR' | 'STOPSIGNAL'; readonly text: string }
  | { readonly name: 'ONBUILD'; readonly trigger: string }
  | { readonly name: 'HEALTHCHECK'; readonly health: HealthConfig };

export type InstructionBody =
  | ConfigInstruction
  | { readonly name: 'MAINTAINER'; readonly text: string }
  | { readonly name: 'ARG'; readonly args: readonly BuildArgument[] }
  | { readonly name: 'SHELL'; readonly shell: readonly string[] }
  | RunInstruction
  | CopyInstruction;

/** All but FROM, which begins a stage. */
export type Instruction = InstructionBody & InstructionSource;

export interface Stage extends InstructionSource {
  readonly name: 'FROM';
  /** Lower case; empty when it has none. */
  readonly stageName: string;
  /** As written after FROM, not expanded. */
  readonly baseName: string;
  /** `--platform`, not expanded; empty when there is none. */
  readonly platform: string;
  /** All words after the keyword, as written: `[base, AS, name]`. */
  readonly words: readonly string[];
  readonly description?: string;
  readonly instructions: readonly Instruction[];
}

export interface Directive {
  readonly name: 'syntax' | 'escape' | 'check';
  readonly value: string;
  readonly line: number;
}

export interface Dockerfile {
  readonly source: SourceFile;
  readonly directives: readonly Directive[];
  /** A backslash, unless the directive `escape` says otherwise. */
  readonly escape: string;
  /** ARG in front of the first FROM. */
  readonly globalArgs: readonly (Extract<InstructionBody, { readonly name: 'ARG' }> &
    InstructionSource)[];
  readonly stages: readonly Stage[];
  /** Lines where an instruction with an empty line inside ends. */
  readonly emptyContinuationLines: readonly number[];
}
