/** The classic builder's stream: `Step 1/3 : FROM busybox`, ` ---> 3f57d9401f8d`, … */
import type { JsonMessage } from '../../api/image.ts';
import { digestHex, type Digest } from '../../image/digest.ts';
import { randomId } from '../daemon.ts';
import type { BuildProgress, StepLine, StepProgress } from './build-progress.ts';

export interface ClassicProgressOptions {
  readonly report: (message: JsonMessage) => void;
  /** The ID alone. */
  readonly isQuiet: boolean;
  readonly random: (count: number) => Uint8Array;
}

export class ClassicProgress implements BuildProgress {
  readonly #options: ClassicProgressOptions;

  constructor(options: ClassicProgressOptions) {
    this.#options = options;
  }

  step({ kind, number, total, classicText }: StepLine): StepProgress {
    this.#stream(`Step ${number}/${total} : ${classicText}`);
    this.#stream('\n');
    const commitsContainer = kind === 'config' || kind === 'workdir';
    const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
    const running = (id: string) => this.#stream(` ---> Running in ${id.slice(0, 12)}\n`);
    const removed = (id: string) =>
      this.#stream(`Removing intermediate container ${id.slice(0, 12)}\n`);
    return {
      running,
      removed,
      output: (stream, bytes) => {
        const text = decoders[stream].decode(bytes, { stream: true });
        if (text !== '') this.#stream(text);
      },
      done: ({ isCached, imageId }) => {
        if (isCached) this.#stream(' ---> Using cache\n');
        else if (commitsContainer) {
          // dockerd commits a container that it never starts; here none is needed.
          const id = randomId(this.#options.random);
          running(id);
          removed(id);
        }
        this.#stream(` ---> ${imageId === undefined ? '' : shortId(imageId)}\n`);
      },
      failed: () => undefined,
    };
  }

  task(): StepProgress {
    const nothing = () => undefined;
    return { running: nothing, output: nothing, removed: nothing, done: nothing, failed: nothing };
  }

  finished({ id, tags }: { readonly id: Digest; readonly tags: readonly string[] }): void {
    const { isQuiet, report } = this.#options;
    if (isQuiet) report({ stream: `${id}\n` });
    else {
      report({ aux: { ID: id } });
      this.#stream(`Successfully built ${shortId(id)}\n`);
    }
    for (const tag of tags) this.#stream(`Successfully tagged ${tag}\n`);
  }

  #stream(text: string): void {
    if (!this.#options.isQuiet) this.#options.report({ stream: text });
  }
}

function shortId(id: Digest): string {
  return digestHex(id).slice(0, 12);
}
