/** One line of a script for the real docker CLI, and what must come of it. */

export interface CliCase {
  /** A line for bash, with DOCKER_HOST set. */
  readonly run: string;
  /** All of standard output, or a part of it; absent: not looked at. */
  readonly stdout?: string | RegExp;
  readonly stderr?: string | RegExp;
  /** 0 when absent. */
  readonly exit?: number;
  /** Words that only this version of the CLI has: with another one, only the exit code is looked at. */
  readonly words?: '28.2.2';
}

/** Cases about one thing, in their order, on one engine that has the busybox image. */
export interface CliTopic {
  readonly name: string;
  readonly cases: readonly CliCase[];
}

/** A whole ID and its short form, as patterns of a line. */
export const fullId = /^[0-9a-f]{64}\n$/;
export const shortId = /^[0-9a-f]{12}\n$/;
