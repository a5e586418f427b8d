/** What one sees of a session: makes the view-models that the machine does not wait for, and mounts the page. */
import { mount } from 'svelte';
import { Language } from '../playground/language.svelte.ts';
import { Offline } from '../playground/offline.svelte.ts';
import { Preview } from '../playground/preview.svelte.ts';
import type { Session } from '../playground/session.svelte.ts';
import { Workbench } from '../playground/workbench/workbench.svelte.ts';
import App from './App.svelte';
import { hasWayOut } from './has-way-out.ts';
import { pageStorage } from './page-storage.ts';
import { browserPreviewOptions } from './preview-options.ts';
import { browserOfflineWorker } from './service-worker.ts';

declare global {
  interface Window {
    /** For the tabs of previews that this page opened; they are of the same origin. */
    bottleshipPreview?: Preview;
  }
}

/** Saving for offline use takes seconds of the processor: the first commands come first. */
const savingDelayMs = 15_000;

export function mountPage(session: Session, baseUrl: string): void {
  const language = new Language(navigator.languages, pageStorage());
  const preview = new Preview(session, browserPreviewOptions(baseUrl));
  const workbench = new Workbench({
    session,
    language,
    preview,
    storage: pageStorage(),
    hasWayOut: () => hasWayOut(baseUrl),
  });
  workbench.openLink(location.hash);
  window.addEventListener('hashchange', () => workbench.openLink(location.hash));
  window.bottleshipPreview = preview;
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) void workbench.resume.hidden();
    else workbench.resume.shown();
  });
  const offline = new Offline(browserOfflineWorker(baseUrl));
  session.onReady(() => setTimeout(() => offline.start(), savingDelayMs));
  const target = document.getElementById('app');
  if (target !== null) mount(App, { target, props: { workbench, offline } });
}
