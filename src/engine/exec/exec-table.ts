/** Exec instances: commands to run, running or run in a container. */
import { deferred } from '../../guest/deferred.ts';
import type { GuestProcess } from '../../guest/guest.ts';
import { KindError } from '../../lib/errors.ts';
import type { Container } from '../container/container.ts';

export interface ExecInstance {
  readonly id: string;
  readonly container: Container;
  readonly args: readonly string[];
  readonly tty: boolean;
  readonly env: readonly string[];
  readonly user: string;
  readonly workingDirectory: string;
  readonly privileged: boolean;
  readonly openStdin: boolean;
  readonly openStdout: boolean;
  readonly openStderr: boolean;
  readonly detachKeys: Uint8Array;
  readonly size?: { readonly columns: number; readonly rows: number };
  state: 'created' | 'running' | 'exited';
  exitCode: number | null;
  /** Stays after the exit, as dockerd shows it. */
  pid: number;
  /** Milliseconds since 1970; 0 before. */
  finishedMs: number;
  process?: GuestProcess;
  /** Resolves when the command runs or could not be started. */
  readonly started: Promise<void>;
  readonly setStarted: () => void;
}

/** The part of an instance that changes. */
export function newExecState(): Pick<
  ExecInstance,
  'state' | 'exitCode' | 'pid' | 'finishedMs' | 'started' | 'setStarted'
> {
  const { promise, resolve } = deferred<void>();
  return {
    state: 'created',
    exitCode: null,
    pid: 0,
    finishedMs: 0,
    started: promise,
    setStarted: resolve,
  };
}

/** dockerd looks this often for finished instances: the first time marks one, the second forgets it. */
const sweepMs = 5 * 60 * 1000;
/** More finished ones than this are not kept, however young. */
const finishedCountMax = 1024;

export class ExecTable {
  readonly #byId = new Map<string, ExecInstance>();
  readonly #now: () => number;

  constructor(options: { readonly now: () => number }) {
    this.#now = options.now;
  }

  add(exec: ExecInstance): void {
    this.#sweep();
    this.#byId.set(exec.id, exec);
    exec.container.execIds.add(exec.id);
  }

  /** Rejects `notFound` with Docker’s words. */
  find(id: string): ExecInstance {
    this.#sweep();
    const exec = this.#byId.get(id);
    if (exec === undefined) throw new KindError('notFound', `No such exec instance: ${id}`);
    return exec;
  }

  /** The command ended or could not be started: it no longer belongs to its container. */
  finish(exec: ExecInstance, exitCode: number): void {
    exec.state = 'exited';
    exec.exitCode = exitCode;
    exec.finishedMs = this.#now();
    exec.container.execIds.delete(exec.id);
    // Finished ones are at the end of the map in the order of their ends.
    if (this.#byId.delete(exec.id)) this.#byId.set(exec.id, exec);
    this.#sweep();
  }

  /** It will be forgotten the next time. */
  canRemove({ state, finishedMs }: ExecInstance): boolean {
    return state === 'exited' && this.#now() - finishedMs > sweepMs;
  }

  removeOf(container: Container): void {
    for (const exec of this.#byId.values())
      if (exec.container === container) this.#byId.delete(exec.id);
  }

  #sweep(): void {
    const finished = [...this.#byId.values()].filter(({ state }) => state === 'exited');
    const surplus = finished.length - finishedCountMax;
    for (const [index, { id, finishedMs }] of finished.entries())
      if (index < surplus || this.#now() - finishedMs > 2 * sweepMs) this.#byId.delete(id);
  }
}
