/** Starts what the entry left to start, and fetches and mounts what one sees. */
import { Attention } from '../playground/attention.ts';
import { createBottleship, type Bottleship } from '../playground/bottleship.ts';
import { Session } from '../playground/session.svelte.ts';
import { WorkerHost } from '../playground/worker-host.ts';
import { createVmWorker } from '../browser/early-machine.ts';
import type { EarlyMachine } from '../playground/worker-protocol.ts';

/** A tab in the background may wait for a pull; one that was forgotten should not warm the lap. */
const hiddenPatienceMs = 15 * 60_000;

export interface StartOptions {
  readonly baseUrl: string;
  /** The session to go on with. */
  readonly resumed: string | undefined;
  /** The first machine, unless it is a session's. */
  readonly early: EarlyMachine | undefined;
}

export function start(options: StartOptions): Bottleship {
  const { baseUrl, resumed } = options;
  let { early } = options;
  const session = new Session({
    createHost(saved) {
      const first = early;
      early = undefined;
      return new WorkerHost({
        baseUrl,
        session: saved,
        early: first,
        createVmWorker,
        createEngineWorker: () =>
          new Worker(new URL('../browser/engine-worker.ts', import.meta.url), { type: 'module' }),
      });
    },
  });
  const attention = new Attention({ session, patienceMs: hiddenPatienceMs });
  document.addEventListener('visibilitychange', () => attention.see(!document.hidden));
  void session.start(resumed);
  void import('./page.ts').then(({ mountPage }) => mountPage(session, baseUrl));
  return createBottleship(session, attention);
}
