/** What a learner has done in the courses, kept in the browser under the course's name. */
import type { KeptStorage } from '../../kept.ts';

export interface LessonProgress {
  /** Ids of passed checks by step. */
  readonly passed: Readonly<Record<string, readonly string[]>>;
  /** Steps that were left by "next". */
  readonly done: readonly string[];
  /** The step that was open last. */
  readonly at: string | undefined;
}

export type CourseProgress = Readonly<Record<string, LessonProgress>>;

export const noProgress: LessonProgress = { passed: {}, done: [], at: undefined };

const keyPrefix = 'bottleship.course.';
/** Characters of one course's record: ids of a few hundred checks. */
const recordSizeMax = 256 * 1024;

export class ProgressStore {
  readonly #storage: KeptStorage | undefined;
  /** Where the browser keeps nothing, the page does while it is open. */
  readonly #memory = new Map<string, string>();

  constructor(storage: KeptStorage | undefined) {
    this.#storage = storage;
  }

  read(course: string): CourseProgress {
    try {
      const text = this.#memory.get(course) ?? this.#storage?.getItem(keyPrefix + course) ?? '{}';
      return text.length > recordSizeMax ? {} : parseProgress(JSON.parse(text));
    } catch {
      return {}; // nothing, or nothing that we wrote
    }
  }

  write(course: string, progress: CourseProgress): void {
    const text = JSON.stringify(progress);
    this.#memory.set(course, text);
    try {
      this.#storage?.setItem(keyPrefix + course, text);
    } catch {
      // A full or forbidden storage only means that the next visit starts anew.
    }
  }
}

function parseProgress(value: unknown): CourseProgress {
  const lessons = Object.entries(recordOf(value)).map(([id, lesson]) => {
    const { passed, done, at } = recordOf(lesson);
    const checks = Object.entries(recordOf(passed)).map(([step, ids]) => [step, strings(ids)]);
    const progress: LessonProgress = {
      passed: Object.fromEntries(checks) as Record<string, string[]>,
      done: strings(done),
      at: typeof at === 'string' ? at : undefined,
    };
    return [id, progress] as const;
  });
  return Object.fromEntries(lessons);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
