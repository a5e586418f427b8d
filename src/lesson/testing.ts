/** Builders for tests of lessons: a course in a few lines, a machine that answers by a table. */
import type { LessonMachine, ScriptResult } from './lesson-machine.ts';
import type { CourseFiles } from './read-course.ts';

/** A course with one lesson of one step, whose `step.md` is given; further files replace or add. */
export function courseFiles(
  step: string,
  more: Readonly<Record<string, string>> = {},
): CourseFiles {
  const files = {
    'course.md': '---\ntitle: Course\nsummary: A course\n---\n',
    '01-first/lesson.md': '---\ntitle: Lesson\nsummary: A lesson\n---\n',
    '01-first/01-step/step.md': step,
    ...more,
  };
  return new Map(Object.entries(files));
}

export interface FakeMachine extends LessonMachine {
  readonly scripts: string[];
}

/** Every script ends with 0 unless `answer` says otherwise; GETs answer from `state`, else an empty list. */
export function fakeMachine(
  answer: (script: string) => Partial<ScriptResult> | undefined = () => undefined,
  state: Readonly<Record<string, unknown>> = {},
): FakeMachine {
  const scripts: string[] = [];
  return {
    scripts,
    run: (script) => {
      scripts.push(script);
      return Promise.resolve({ stdout: '', stderr: '', exitCode: 0, ...answer(script) });
    },
    get: (path) => Promise.resolve(state[path] ?? []),
  };
}
