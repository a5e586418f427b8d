/** The files pane's state lasts as long as the page: what is open and not saved is still there when the view comes back. */
import { Files } from '../../../playground/files/files.svelte.ts';
import type { ViewServices } from '../../../playground/views/view-services.ts';

const made = new WeakMap<ViewServices, Files>();

export function filesOf(services: ViewServices): Files {
  const known = made.get(services) ?? new Files(services);
  made.set(services, known);
  return known;
}
