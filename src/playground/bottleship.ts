/**
 * `window.bottleship`: the page's machine for scripts, embeds and tests. README.md of this folder
 * documents it.
 */
import { KindError } from '../lib/errors.ts';
import type { Attention } from './attention.ts';
import type { ContainerHost, EngineRequest, EngineResponse, RunResult } from './container-host.ts';
import type { Session } from './session.svelte.ts';

export interface Bottleship {
  /** Resolves when the machine is ready for the first time; waits through failures and retries. */
  readonly ready: Promise<void>;
  /** Runs a command line in the machine's shell (`bash -lc`), without a terminal. Waits for `ready`. */
  run(commandLine: string): Promise<RunResult>;
  /** Sends one request to the Docker Engine API and reads the whole response. Waits for `ready`. */
  engine(request: EngineRequest): Promise<EngineResponse>;
}

declare global {
  interface Window {
    bottleship?: Bottleship;
  }
}

/** Makes the object of a session. While something is asked of the machine, nothing stops it. */
export function createBottleship(session: Session, attention: Pick<Attention, 'hold'>): Bottleship {
  const ready = new Promise<void>((resolve) => {
    session.onReady(() => resolve());
  });
  const host = async (): Promise<ContainerHost> => {
    await ready;
    const current = session.host;
    if (current === undefined) {
      throw new KindError('unavailable', `The machine is not running: phase "${session.phase}"`);
    }
    return current;
  };
  return Object.freeze({
    ready,
    run: (commandLine: string) => attention.hold(async () => (await host()).run(commandLine)),
    engine: (request: EngineRequest) => attention.hold(async () => (await host()).engine(request)),
  });
}
