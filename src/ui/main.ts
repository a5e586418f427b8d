/**
 * Entry of the page: starts the machine's worker and its downloads before anything else, then fetches the rest. The
 * machine has the longest way to go, and needs nothing of the page.
 */
import { startEarlyMachine } from '../browser/early-machine.ts';
import type { Bottleship } from '../playground/bottleship.ts';
import { sessionToResume } from '../playground/sessions/session-to-resume.ts';
import { pageStorage } from './page-storage.ts';
import './app.css';

const baseUrl = new URL('./', document.baseURI).href;
const resumed = sessionToResume(pageStorage());
const early = resumed === undefined ? startEarlyMachine(baseUrl) : undefined;
const started = import('./start.ts').then(({ start }) => start({ baseUrl, resumed, early }));
// Whoever drives the page finds it when the page has loaded.
const bottleship: Bottleship = {
  ready: started.then(({ ready }) => ready),
  run: async (commandLine) => (await started).run(commandLine),
  engine: async (request) => (await started).engine(request),
};
window.bottleship = Object.freeze(bottleship);
