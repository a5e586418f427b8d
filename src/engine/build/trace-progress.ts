/** BuildKit's look: vertices with their times and logs, as `src/api/build.ts` has them. */
import { buildMessageIds, type BuildStatus, type BuildVertex } from '../../api/build.ts';
import type { JsonMessage } from '../../api/image.ts';
import type { Digest } from '../../image/digest.ts';
import { encodeBase64 } from '../../lib/base64.ts';
import { errorMessage } from '../../lib/errors.ts';
import { randomId } from '../daemon.ts';
import { rfc3339Nano } from '../timestamps.ts';
import type { BuildProgress, StepLine, StepProgress } from './build-progress.ts';

export interface TraceProgressOptions {
  readonly report: (message: JsonMessage) => void;
  readonly now: () => number;
  readonly random: (count: number) => Uint8Array;
}

export class TraceProgress implements BuildProgress {
  readonly #options: TraceProgressOptions;

  constructor(options: TraceProgressOptions) {
    this.#options = options;
  }

  step({ name, isShown }: StepLine): StepProgress {
    return isShown ? this.task(name) : silent;
  }

  task(name: string): StepProgress {
    const { now, random } = this.#options;
    const vertex: BuildVertex = {
      digest: `sha256:${randomId(random)}`,
      name,
      started: rfc3339Nano(now()),
    };
    this.#send({ vertexes: [vertex] });
    return {
      running: () => undefined,
      removed: () => undefined,
      output: (stream, bytes) =>
        this.#send({
          logs: [
            {
              vertex: vertex.digest,
              stream: stream === 'stdout' ? 1 : 2,
              data: encodeBase64(bytes),
              timestamp: rfc3339Nano(now()),
            },
          ],
        }),
      done: ({ isCached }) => {
        const completed = rfc3339Nano(now());
        this.#send({ vertexes: [{ ...vertex, completed, ...(isCached ? { cached: true } : {}) }] });
      },
      failed: (error) => {
        const completed = rfc3339Nano(now());
        this.#send({ vertexes: [{ ...vertex, completed, error: errorMessage(error) }] });
      },
    };
  }

  finished({ id }: { readonly id: Digest }): void {
    this.#options.report({ id: buildMessageIds.imageId, aux: { ID: id } });
  }

  #send(status: BuildStatus): void {
    this.#options.report({ id: buildMessageIds.trace, aux: { ...status } });
  }
}

const silent: StepProgress = {
  running: () => undefined,
  output: () => undefined,
  removed: () => undefined,
  done: () => undefined,
  failed: () => undefined,
};
