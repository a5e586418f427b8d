/** Exec instances: commands to run, running or run in a container. */
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
  pid: number;
  process?: GuestProcess;
}

/** Finished instances that can still be inspected; dockerd forgets them after some minutes. */
const finishedCountMax = 256;

export class ExecTable {
  readonly #byId = new Map<string, ExecInstance>();

  add(exec: ExecInstance): void {
    this.#byId.set(exec.id, exec);
    exec.container.execIds.add(exec.id);
  }

  /** Rejects `notFound` with Docker’s words. */
  find(id: string): ExecInstance {
    const exec = this.#byId.get(id);
    if (exec === undefined) throw new KindError('notFound', `No such exec instance: ${id}`);
    return exec;
  }

  /** The command ended: it no longer belongs to its container, and the oldest such is forgotten. */
  finish(exec: ExecInstance): void {
    exec.container.execIds.delete(exec.id);
    const finished = [...this.#byId.values()].filter(({ state }) => state === 'exited');
    for (const old of finished.slice(0, Math.max(0, finished.length - finishedCountMax)))
      this.#byId.delete(old.id);
  }

  removeOf(container: Container): void {
    for (const exec of this.#byId.values())
      if (exec.container === container) this.#byId.delete(exec.id);
  }
}
