/**
 * What is asked of an engine: topics of scenarios of requests, as data. The same list is played against dockerd, to
 * record, and against ours, to compare.
 */
import type { TarMember } from '../support/tars.ts';

/** One request. `$name` in its text stands for a value that an earlier one saved; `$name.12` for the start of it,
 * `$begin` for the time when the scenario began and `$now` for the time of the request. */
export interface Step {
  /** `GET /containers/json?all=1`; the version is added. */
  readonly request: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is; the content type is among the headers. */
  readonly text?: string;
  /** Sent as a tar archive. */
  readonly tar?: readonly TarMember[];
  /** Sent on the hijacked connection, which is then closed for writing. */
  readonly input?: string;
  /** Names of values to keep, and where they are in the answer. */
  readonly save?: Readonly<Record<string, string>>;
  /** Keep only these paths of a JSON answer. */
  readonly pick?: readonly string[];
  /** Keep only the types of the values, not the values. */
  readonly shape?: true;
  /** Headers of the answer to keep beside its content type. */
  readonly show?: readonly string[];
  /** Lists whose order says nothing: paths, and by what key to sort. */
  readonly sort?: Readonly<Record<string, string>>;
  /** Goes on without waiting for the answer, which a later step with `await` of the same name takes. */
  readonly start?: string;
  /** Takes the answer of a started request; `request` only repeats it for the reader. */
  readonly await?: string;
  /** Asks again, for some seconds, until the answer has this text. */
  readonly until?: string;
}

export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
}

export interface Topic {
  /** Name of the golden file. */
  readonly name: string;
  readonly scenarios: readonly Scenario[];
  /** Addresses are compared too: the scenarios have the engine's networks to themselves. */
  readonly exact?: true;
}

export interface Answer {
  readonly status: number;
  /** Content type and the headers of `show`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Exchange {
  readonly request: string;
  readonly answer: Answer;
  /** Why this is not what dockerd 20.10 said. */
  readonly notes?: readonly string[];
}

export interface PlayedScenario {
  readonly name: string;
  readonly exchanges: readonly Exchange[];
}

/** A step for each request that has nothing but a path. */
export function requests(...lines: readonly string[]): Step[] {
  return lines.map((request) => ({ request }));
}

/** `filters=…` of a query string. */
export function filters(values: Readonly<Record<string, readonly string[]>>): string {
  return `filters=${encodeURIComponent(JSON.stringify(values))}`;
}
