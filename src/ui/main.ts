/** Entry of the page: makes the workers, the view-models and `window.bottleship`, and mounts the page. */
import { mount } from 'svelte';
import { createBottleship } from '../playground/bottleship.ts';
import { Language } from '../playground/language.svelte.ts';
import { Offline } from '../playground/offline.svelte.ts';
import { Session } from '../playground/session.svelte.ts';
import { Terminal } from '../playground/terminal.svelte.ts';
import { WorkerHost } from '../playground/worker-host.ts';
import App from './App.svelte';
import './app.css';
import { browserOfflineWorker } from './service-worker.ts';

/** Saving for offline use begins when the first prompt is surely there. */
const savingDelayMs = 3000;

const baseUrl = new URL('./', document.baseURI).href;
const language = new Language(navigator.languages, storage());
const session = new Session({
  createHost: () =>
    new WorkerHost({
      baseUrl,
      createVmWorker: () =>
        new Worker(new URL('../browser/vm-worker.ts', import.meta.url), { type: 'module' }),
      createEngineWorker: () =>
        new Worker(new URL('../browser/engine-worker.ts', import.meta.url), { type: 'module' }),
    }),
});
const terminal = new Terminal(session, () => language.strings);
const offline = new Offline(browserOfflineWorker(baseUrl));
window.bottleship = createBottleship(session);
session.onReady(() => setTimeout(() => offline.start(), savingDelayMs));

const target = document.getElementById('app');
if (target !== null) mount(App, { target, props: { session, terminal, language, offline } });
void session.start();

/** Absent where the browser forbids it (a sandboxed frame). */
function storage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
