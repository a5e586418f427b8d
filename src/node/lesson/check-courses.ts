/** `bottleship lesson check`: every mistake with its file and line, every step played. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Course, Lesson, LessonProblem } from '../../lesson/course.ts';
import { readCourse } from '../../lesson/read-course.ts';
import { verifyLesson } from '../../lesson/verify-lesson.ts';
import { startNodeHost } from '../node-host.ts';
import { lessonMachine } from './node-lesson-machine.ts';
import { readTextFiles } from './read-course-folder.ts';

export interface CheckOptions {
  /** Ids of the lessons to play; all when empty. */
  readonly only: readonly string[];
  /** Plays nothing. */
  readonly readOnly: boolean;
}

/** Resolves with the exit code. Rejects when the folder cannot be read or a machine does not start. */
export async function checkCourses(directory: string, options: CheckOptions): Promise<number> {
  const folder = resolve(directory);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) throw new Error(`Cannot check "${directory}": no such folder`);
  const id = basename(folder);
  const { course, problems } = readCourse(await readTextFiles(folder, '.md'), { id });
  report(directory, problems);
  if (course === undefined || problems.length > 0) return 1;
  const lessons = chosen(course, options.only);
  if (options.readOnly) {
    console.log(`${course.title}: ${count(lessons.length, 'lesson')}, nothing wrong`);
    return 0;
  }
  let failed = 0;
  for (const lesson of lessons) failed += (await checkLesson(directory, lesson)) ? 0 : 1;
  const verdict = failed === 0 ? 'every check proven' : `${count(failed, 'lesson')} failed`;
  console.log(`${course.title}: ${count(lessons.length, 'lesson')}, ${verdict}`);
  return failed === 0 ? 0 : 1;
}

function chosen(course: Course, only: readonly string[]): Lesson[] {
  const unknown = only.find((name) => !course.lessons.some(({ id }) => id === name));
  if (unknown !== undefined) {
    const known = course.lessons.map(({ id }) => id).join(', ');
    throw new Error(`Cannot check "${unknown}": the course's lessons are ${known}`);
  }
  return course.lessons.filter(({ id }) => only.length === 0 || only.includes(id));
}

/** On a machine of its own, so that no lesson stands on what another left. */
async function checkLesson(directory: string, lesson: Lesson): Promise<boolean> {
  console.log(lesson.title);
  const dataRoot = await mkdtemp(join(tmpdir(), 'bottleship-lesson-'));
  const node = await startNodeHost({ dataRoot });
  try {
    await node.host.ready;
    const problems = await verifyLesson(lesson, {
      machine: lessonMachine(node.host),
      onStep: (step, found) => console.log(`  ${found.length === 0 ? '✓' : '✗'} ${step.title}`),
    });
    report(directory, problems);
    return problems.length === 0;
  } finally {
    node.dispose();
    await rm(dataRoot, { recursive: true, force: true });
  }
}

function report(directory: string, problems: readonly LessonProblem[]): void {
  for (const { file, line, message } of problems) {
    console.error(`${join(directory, file)}:${line}: ${message}`);
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
