/** The files pane's state lasts as long as the page: what is open and not saved is still there when the view comes back. */
import { Files } from '../../../playground/files/files.svelte.ts';
import type { ViewServices } from '../../../playground/views/view-services.ts';

const made = new WeakMap<ViewServices, Files>();

export function filesOf(services: ViewServices): Files {
  return made.get(services) ?? make(services);
}

function make(services: ViewServices): Files {
  const files = new Files(services);
  made.set(services, files);
  // The browser asks before the page goes away with what is not saved: nothing else keeps it.
  window.addEventListener('beforeunload', (event) => {
    if (files.opened.some(({ isDirty }) => isDirty)) event.preventDefault();
  });
  return files;
}
