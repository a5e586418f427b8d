/** Wire types of `GET /bottleship/xray`, ours beside Docker's: what the engine did for a request, step by step. */

/** Where a step was taken. */
export type XrayKind =
  /** The request itself: `begin` and `end`. */
  | 'request'
  /** One operation of a setup plan, done by the agent. */
  | 'plan'
  /** A process of a plan: `signal` sent to it, its `exit`. */
  | 'process'
  /** A file or an archive read from the machine or written to it. */
  | 'file'
  /** A blob fetched or a layer stored. */
  | 'image';

export type XrayValue = string | number | boolean | readonly string[] | readonly number[];

export interface XrayEvent {
  /** What the response to the request carries as `X-Request-Id`. */
  readonly requestId: string;
  /** Counts all events of the engine; a gap means that this reader was too slow, or asked for one request. */
  readonly sequence: number;
  /** RFC 3339, in UTC. Within one plan it is computed from the durations of the steps before. */
  readonly startedAt: string;
  /** 0 where nobody measured. */
  readonly durationMicroseconds: number;
  readonly kind: XrayKind;
  readonly operation: string;
  readonly arguments: Readonly<Record<string, XrayValue>>;
  readonly result: 'ok' | 'failed';
  /** Symbolic name of what the kernel said, `ENOENT`; only of failed steps. */
  readonly errno?: string;
  /** What failed, in words. */
  readonly error?: string;
  /** Why the step is taken, in one sentence for a learner; may be empty. */
  readonly cause: string;
  /** A command that would do the same by hand; absent where there is none. */
  readonly shell?: string;
}
