/** The lessons of the page: the courses there are, the lesson that is open and its step. */
import { courseIdOf, fetchCourse } from '../../../lesson/fetch-course.ts';
import type { Course, Lesson, LessonProblem, Step } from '../../../lesson/course.ts';
import { readCourse, type CourseFiles } from '../../../lesson/read-course.ts';
import { DisposableStore, type Disposable } from '../../../lib/disposable.ts';
import { errorMessage } from '../../../lib/errors.ts';
import type { ViewMachine, ViewServices } from '../view-services.ts';
import type { LessonAddress } from './lesson-address.ts';
import {
  noProgress,
  type CourseProgress,
  type LessonProgress,
  type ProgressStore,
} from './progress-store.ts';
import { StepRun } from './step-run.svelte.ts';

export type ShelfState = 'loading' | 'ready' | 'failed';

export interface LessonViewOptions {
  readonly services: Pick<ViewServices, 'onMachine' | 'arrange'>;
  readonly progress: ProgressStore;
  readonly address: LessonAddress;
  /** Of the page. */
  readonly baseUrl: string;
  readonly loadBundled: () => Promise<ReadonlyMap<string, CourseFiles>>;
  readonly fetch: (url: string, options: RequestInit) => Promise<Response>;
  readonly checkPassed?: (check: { readonly step: string; readonly id: string }) => void;
}

/** Which steps a machine has seen: leaving the view and coming back prepares nothing twice. */
const enteredSteps = new WeakMap<object, Set<string>>();

export class LessonView implements Disposable {
  #state = $state<ShelfState>('loading');
  #failure = $state('');
  #problems = $state.raw<readonly LessonProblem[]>([]);
  #courses = $state.raw<readonly Course[]>([]);
  #progress = $state.raw<Readonly<Record<string, CourseProgress>>>({});
  #course = $state.raw<Course | undefined>();
  #lesson = $state.raw<Lesson | undefined>();
  #run = $state.raw<StepRun | undefined>();
  #lastPassed = $state('');
  #finished = $state(false);
  readonly #options: LessonViewOptions;
  readonly #store = new DisposableStore();
  #machine: ViewMachine | undefined;

  constructor(options: LessonViewOptions) {
    this.#options = options;
    this.#store.add(
      options.services.onMachine((machine) => {
        this.#machine = machine;
        void this.#run?.use(machine);
      }),
    );
  }

  get state(): ShelfState {
    return this.#state;
  }
  get failure(): string {
    return this.#failure;
  }
  /** Of a course from elsewhere; such a course is not played. */
  get problems(): readonly LessonProblem[] {
    return this.#problems;
  }
  get courses(): readonly Course[] {
    return this.#courses;
  }
  get lesson(): Lesson | undefined {
    return this.#lesson;
  }
  get run(): StepRun | undefined {
    return this.#run;
  }
  get step(): Step | undefined {
    return this.#run?.step;
  }
  get stepIndex(): number {
    return this.#lesson?.steps.findIndex(({ id }) => id === this.step?.id) ?? -1;
  }
  /** Id of the check that passed last, for whoever cannot see it. */
  get lastPassed(): string {
    return this.#lastPassed;
  }
  /** The last step of the open lesson was done. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Loads what the address asks for; opens its lesson. Never rejects. */
  async load(): Promise<void> {
    const { address } = this.#options;
    try {
      const bundled = await this.#options.loadBundled();
      const asked = address.course;
      const isOther = asked !== undefined && !bundled.has(asked);
      const files = isOther ? await this.#fetchOther(asked) : bundled;
      const readings = [...files].map(([id, texts]) => readCourse(texts, { id }));
      this.#problems = readings.flatMap(({ problems }) => problems);
      this.#courses = readings.flatMap(({ course, problems }) =>
        course === undefined || problems.length > 0 ? [] : [course],
      );
      this.#progress = Object.fromEntries(
        this.#courses.map(({ id }) => [id, this.#options.progress.read(id)]),
      );
      this.#state = 'ready';
      this.#openAsked(address);
    } catch (error) {
      this.#failure = errorMessage(error);
      this.#state = 'failed';
    }
  }

  /** How many of a lesson's steps were done, and whether it was begun. */
  lessonState(course: Course, lesson: Lesson): { readonly done: number; readonly begun: boolean } {
    const { done, at } = this.#progress[course.id]?.[lesson.id] ?? noProgress;
    return {
      done: lesson.steps.filter(({ id }) => done.includes(id)).length,
      begun: at !== undefined,
    };
  }

  isDone(step: Step): boolean {
    return this.#lessonProgress().done.includes(step.id);
  }

  /** A step opens when the one before it is done; what was done stays open. */
  mayOpen(index: number): boolean {
    const before = this.#lesson?.steps[index - 1];
    if (before === undefined) return index === 0;
    return this.isDone(before) || (before === this.step && this.#run?.progress.mayGoOn === true);
  }

  open(course: Course, lesson: Lesson, step?: string): void {
    this.#course = course;
    this.#lesson = lesson;
    const at = step ?? this.#lessonProgress().at;
    const [first] = lesson.steps;
    const opened = lesson.steps.find(({ id }) => id === at) ?? first;
    if (opened !== undefined) this.#openStep(opened);
  }

  /** Back to the list. */
  close(): void {
    this.#run?.dispose();
    this.#run = undefined;
    this.#lesson = undefined;
    this.#finished = false;
  }

  goTo(index: number): void {
    const step = this.#lesson?.steps[index];
    if (step !== undefined && this.mayOpen(index)) this.#openStep(step);
  }

  next(): void {
    const run = this.#run;
    if (run === undefined || !run.progress.mayGoOn) return;
    const { done } = this.#lessonProgress();
    this.#keep({ done: [...new Set([...done, run.step.id])] });
    const index = this.stepIndex + 1;
    if (index < (this.#lesson?.steps.length ?? 0)) this.goTo(index);
    else this.#finished = true;
  }

  dispose(): void {
    this.#run?.dispose();
    this.#store.dispose();
  }

  async #fetchOther(address: string): Promise<ReadonlyMap<string, CourseFiles>> {
    const { baseUrl, fetch } = this.#options;
    return new Map([
      [courseIdOf(address, baseUrl), await fetchCourse(address, { baseUrl, fetch })],
    ]);
  }

  #openAsked(address: LessonAddress): void {
    const course =
      this.#courses.find(({ id }) => id === address.course) ??
      (address.course === undefined ? undefined : this.#courses[0]);
    const lesson = course?.lessons.find(({ id }) => id === address.lesson);
    if (course !== undefined && lesson !== undefined) this.open(course, lesson, address.step);
  }

  #openStep(step: Step): void {
    const key = `${this.#course?.id}/${this.#lesson?.id}/${step.id}`;
    this.#run?.dispose();
    this.#finished = false;
    this.#lastPassed = '';
    const run = new StepRun(step, {
      passed: this.#lessonProgress().passed[step.id] ?? [],
      isEntered: ({ host }) => isEnteredNow(host, key),
      changed: (passed) =>
        this.#keep({ passed: { ...this.#lessonProgress().passed, [step.id]: passed } }),
      checkPassed: (id) => {
        this.#lastPassed = id;
        this.#options.checkPassed?.({ step: step.id, id });
      },
    });
    this.#run = run;
    this.#keep({ at: step.id });
    this.#options.services.arrange({
      panes: step.panes,
      ...(step.focus === undefined ? {} : { focus: step.focus }),
      ...(step.open === undefined ? {} : { open: step.open }),
      ...(step.preview === undefined ? {} : { preview: step.preview }),
    });
    if (this.#machine !== undefined) void run.use(this.#machine);
  }

  #lessonProgress(): LessonProgress {
    return this.#progress[this.#course?.id ?? '']?.[this.#lesson?.id ?? ''] ?? noProgress;
  }

  #keep(change: Partial<LessonProgress>): void {
    const course = this.#course;
    const lesson = this.#lesson;
    if (course === undefined || lesson === undefined) return;
    const progress = {
      ...this.#progress[course.id],
      [lesson.id]: { ...this.#lessonProgress(), ...change },
    };
    this.#progress = { ...this.#progress, [course.id]: progress };
    this.#options.progress.write(course.id, progress);
  }
}

/** Notes that the step is entered; false the first time. */
function isEnteredNow(host: object, key: string): boolean {
  const entered = enteredSteps.get(host) ?? new Set();
  enteredSteps.set(host, entered);
  if (entered.has(key)) return true;
  entered.add(key);
  return false;
}
