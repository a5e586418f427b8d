/** Where we answer otherwise than Docker and mean to. */

export interface Remaining {
  /** Matches `topic/scenario: METHOD /path`. */
  readonly where: RegExp;
  /** Matches the JSON pointer of the difference within the answer. */
  readonly at: RegExp;
  readonly reason: string;
}

export const remaining: readonly Remaining[] = [];
