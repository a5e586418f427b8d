/** What lessons need of the browser: its storage, its address, its network. */
import { parseLessonAddress } from '../../../playground/views/lesson/lesson-address.ts';
import { LessonView } from '../../../playground/views/lesson/lesson-view.svelte.ts';
import { ProgressStore } from '../../../playground/views/lesson/progress-store.ts';
import { pageStorage } from '../../page-storage.ts';
import type { ViewServices } from '../../../playground/views/view-services.ts';

/** The page's own, so that leaving the view and coming back finds what was done. */
let progress: ProgressStore | undefined;

export function createLessonView(services: ViewServices): LessonView {
  progress ??= new ProgressStore(pageStorage());
  const view = new LessonView({
    services,
    progress,
    address: services.lesson?.address ?? parseLessonAddress(location.hash),
    baseUrl: document.baseURI,
    loadBundled: async () =>
      (await import('../../../playground/views/lesson/bundled-courses.ts')).bundledCourses(),
    fetch: (url, options) => fetch(url, options),
    checkPassed: (check) => services.lesson?.checkPassed(check),
  });
  void view.load();
  return view;
}
