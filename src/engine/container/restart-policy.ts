/** Whether and when a container that exited is started again. */
import type { RestartPolicy } from '../../api/container.ts';

const delayMsMin = 100;
const delayMsMax = 60_000;
/** A run this long counts as a success: the delay starts over. */
const goodRunMs = 10_000;

/** One from each start by a user to the next. */
export class RestartManager {
  #delayMs = 0;
  #cancel = new AbortController();

  /** Aborted by `cancel`: a wait for the next start should end. */
  get signal(): AbortSignal {
    return this.#cancel.signal;
  }

  /** A user stopped the container: no policy has a say any more. */
  cancel(): void {
    this.#cancel.abort();
  }

  /** Milliseconds until the next start, doubling with each; undefined when there is none. */
  delayAfter(run: {
    readonly policy: RestartPolicy | undefined;
    readonly exitCode: number;
    readonly ranMs: number;
    /** Signalled by a user, whatever the signal: a policy may heed it. */
    readonly manuallyStopped: boolean;
    /** How often it was started again so far. */
    readonly restartCount: number;
  }): number | undefined {
    const { Name: name = 'no', MaximumRetryCount: retries = 0 } = run.policy ?? {};
    if (this.#cancel.signal.aborted) return undefined;
    if (run.ranMs >= goodRunMs) this.#delayMs = 0;
    this.#delayMs = this.#delayMs === 0 ? delayMsMin : Math.min(this.#delayMs * 2, delayMsMax);
    const wanted =
      name === 'always' ||
      (name === 'unless-stopped' && !run.manuallyStopped) ||
      (name === 'on-failure' &&
        run.exitCode !== 0 &&
        (retries === 0 || run.restartCount < retries));
    return wanted ? this.#delayMs : undefined;
  }
}
