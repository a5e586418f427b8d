/** SIGINT and SIGTERM end a command that does not hand them to a container. */
import type { CliInvocation } from './invocation.ts';

const terminating: readonly number[] = [2, 15];

export interface Termination {
  readonly signal: AbortSignal;
  /** 128 and the signal's number, once there was one. */
  readonly exitCode: number | undefined;
  dispose(): void;
}

export function terminationOf(invocation: CliInvocation): Termination {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const subscription = invocation.onSignal((number) => {
    if (!terminating.includes(number)) return;
    exitCode ??= 128 + number;
    controller.abort();
  });
  return {
    signal: AbortSignal.any([controller.signal, invocation.signal]),
    get exitCode() {
      return exitCode;
    },
    dispose() {
      subscription.dispose();
    },
  };
}
