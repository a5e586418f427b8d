/** The courses that come with the page, as the build puts them into one file that is loaded when lessons are opened. */
import type { CourseFiles } from '../../../lesson/read-course.ts';

const texts: Readonly<Record<string, string>> = import.meta.glob('../../../lessons/**/*.md', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** By the name of the course's folder. */
export function bundledCourses(): ReadonlyMap<string, CourseFiles> {
  const courses = new Map<string, Map<string, string>>();
  for (const [path, text] of Object.entries(texts)) {
    const [, id = '', file = ''] = /\/lessons\/([^/]+)\/(.*)$/.exec(path) ?? [];
    const files = courses.get(id) ?? new Map<string, string>();
    files.set(file, text);
    courses.set(id, files);
  }
  return courses;
}
