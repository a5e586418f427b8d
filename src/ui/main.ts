/**
 * Entry of the page: starts the machine's workers before anything else, then fetches and mounts what
 * one sees. The workers have the longest way to go, and need nothing of the page.
 */
import { Attention } from '../playground/attention.ts';
import { createBottleship } from '../playground/bottleship.ts';
import { sessionToResume } from '../playground/sessions/resume.svelte.ts';
import { Session } from '../playground/session.svelte.ts';
import { WorkerHost } from '../playground/worker-host.ts';
import { pageStorage } from './page-storage.ts';
import './app.css';

/** A tab in the background may wait for a pull; one that was forgotten should not warm the lap. */
const hiddenPatienceMs = 15 * 60_000;

const baseUrl = new URL('./', document.baseURI).href;
const session = new Session({
  createHost: (saved) =>
    new WorkerHost({
      baseUrl,
      session: saved,
      createVmWorker: () =>
        new Worker(new URL('../browser/vm-worker.ts', import.meta.url), { type: 'module' }),
      createEngineWorker: () =>
        new Worker(new URL('../browser/engine-worker.ts', import.meta.url), { type: 'module' }),
    }),
});
const attention = new Attention({ session, patienceMs: hiddenPatienceMs });
document.addEventListener('visibilitychange', () => attention.see(!document.hidden));
window.bottleship = createBottleship(session, attention);
void session.start(sessionToResume(pageStorage()));
void import('./page.ts').then(({ mountPage }) => mountPage(session, baseUrl));
