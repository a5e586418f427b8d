/** What a build tells while it runs. The classic builder and BuildKit's look each have a form of their own. */
import type { Digest } from '../../image/digest.ts';

export interface StepLine {
  /** `[build 2/3] RUN make`. */
  readonly name: string;
  /** The instruction as written. */
  readonly classicText: string;
  /** From 1, over all stages: the classic builder's numbers. */
  readonly number: number;
  readonly total: number;
  readonly kind: 'from' | 'config' | 'workdir' | 'run' | 'copy';
  /** BuildKit shows no vertex for what changes the configuration alone. */
  readonly isShown: boolean;
}

export interface StepProgress {
  /** A container works at it. */
  running(containerId: string): void;
  output(stream: 'stdout' | 'stderr', bytes: Uint8Array): void;
  removed(containerId: string): void;
  done(result: { readonly isCached: boolean; readonly imageId: Digest | undefined }): void;
  failed(error: unknown): void;
}

export interface BuildProgress {
  step(line: StepLine): StepProgress;
  /** Something beside the steps: the context, an image's metadata, the export. */
  task(name: string): StepProgress;
  finished(image: { readonly id: Digest; readonly tags: readonly string[] }): void;
}
