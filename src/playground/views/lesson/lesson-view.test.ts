import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiClient } from '../../../client/api-client.ts';
import { courseFiles } from '../../../lesson/testing.ts';
import { headingIn, stepIn } from '../../../lesson/in-language.ts';
import { readCourse } from '../../../lesson/read-course.ts';
import { FakeHost } from '../../fake-host.ts';
import type { ViewMachine } from '../view-services.ts';
import { bundledCourses } from './bundled-courses.ts';
import { LessonView } from './lesson-view.svelte.ts';
import { ProgressStore } from './progress-store.ts';
import { QuizQuestion } from './quiz-question.svelte.ts';

const step = `---
title: Step
panes: [terminal, editor]
open: /root/a
start: prepare-it
checks:
  - {id: first, title: First, script: is-first}
  - {id: second, title: Second, script: is-second, after: [first], failureHint: Not yet}
---
\`\`\`bash run
do-it
\`\`\`
`;
const files = courseFiles(step, {
  '01-first/02-other/step.md': '---\ntitle: Other\n---\nThe end.\n',
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class Learner extends FakeHost {
  readonly true = new Set<string>();
  override async run(line: string) {
    const result = await super.run(line);
    const asked = /is-first|is-second/.exec(line)?.[0];
    return asked === undefined ? result : { ...result, exitCode: this.true.has(asked) ? 0 : 1 };
  }
}

function open(storage = new Map<string, string>()) {
  const host = new Learner();
  const machine: ViewMachine = { host, client: new ApiClient(host.api) };
  const arrange = vi.fn();
  const checkPassed = vi.fn();
  const view = new LessonView({
    services: {
      arrange,
      onMachine: (listener) => {
        listener(machine);
        return { dispose: () => undefined };
      },
    },
    progress: new ProgressStore({
      getItem: (key) => storage.get(key) ?? null,
      setItem: (key, value) => void storage.set(key, value),
    }),
    address: { course: 'c', lesson: 'first', step: undefined },
    baseUrl: 'http://localhost/',
    loadBundled: () => Promise.resolve(new Map([['c', files]])),
    fetch: () => Promise.reject(new Error('no network')),
    checkPassed,
  });
  return { view, host, arrange, checkPassed, storage };
}

describe('LessonView', () => {
  test('enters the step, sees checks pass in their order, and opens the next step', async () => {
    const { view, host, arrange, checkPassed, storage } = open();
    await view.load();
    expect(view.step?.title).toBe('Step');
    expect(arrange).toHaveBeenCalledWith({ panes: ['terminal', 'editor'], open: '/root/a' });
    await vi.advanceTimersByTimeAsync(3000);
    expect(host.commandLines.join()).toContain('prepare-it');
    view.next();
    expect(view.stepIndex).toBe(0);
    host.true.add('is-first');
    view.run?.attempt();
    await vi.advanceTimersByTimeAsync(6000);
    expect(view.run?.failedAfterAttempt('second')).toBe(true);
    expect(view.run?.progress).toMatchObject({ points: 1, mayGoOn: false });
    host.true.add('is-second');
    view.run?.attempt();
    await vi.advanceTimersByTimeAsync(3000);
    expect(view.run?.progress.mayGoOn).toBe(true);
    expect(checkPassed.mock.calls.flat()).toEqual([
      { step: 'step', id: 'first' },
      { step: 'step', id: 'second' },
    ]);
    view.next();
    expect(view.step?.title).toBe('Other');
    view.next();
    expect(view.finished).toBe(true);
    view.dispose();

    const again = open(storage);
    await again.view.load();
    expect(again.view.step?.title).toBe('Other');
    const [course] = again.view.courses;
    const [lesson] = course?.lessons ?? [];
    if (course === undefined || lesson === undefined) throw new Error('no lesson');
    expect(again.view.lessonState(course, lesson)).toEqual({ done: 2, begun: true });
    again.view.goTo(0);
    expect(again.view.run?.progress.mayGoOn).toBe(true);
    again.view.dispose();
  });

  test('tells what is wrong with a course that cannot be loaded', async () => {
    const { view } = open();
    const other = new LessonView({
      services: { arrange: () => undefined, onMachine: () => ({ dispose: () => undefined }) },
      progress: new ProgressStore(undefined),
      address: { course: 'https://x.example/', lesson: undefined, step: undefined },
      baseUrl: 'http://localhost/',
      loadBundled: () => Promise.resolve(new Map()),
      fetch: () => Promise.reject(new Error('no network')),
    });
    await other.load();
    expect([other.state, other.failure]).toEqual([
      'failed',
      'Cannot load "https://x.example/course.json": the site cannot be reached, or does not allow it (CORS)',
    ]);
    view.dispose();
    other.dispose();
  });
});

test('ProgressStore reads nothing out of what it did not write', () => {
  const texts = ['{', '[]', 'null', '{"a":{"passed":[1],"done":"x"}}', '{"a":7}'];
  for (const text of texts) {
    const store = new ProgressStore({ getItem: () => text, setItem: () => undefined });
    for (const { passed, done } of Object.values(store.read('c')))
      expect([Object.values(passed).flat(), done]).toEqual([[], []]);
  }
});

test('QuizQuestion is right when all right answers are chosen and no other', () => {
  const answers = [true, false, true].map((correct) => ({
    text: '',
    correct,
    feedback: undefined,
  }));
  const question = new QuizQuestion({ answers });
  question.choose(0);
  question.answer();
  expect(question.verdict).toBe('wrong');
  question.choose(2);
  question.answer();
  expect(question.verdict).toBe('right');
  const single = new QuizQuestion({ answers: answers.slice(0, 2) });
  single.choose(1);
  single.choose(0);
  expect([single.isChosen(1), single.isAnswerable]).toEqual([false, true]);
});

test('the bundled courses are read without a mistake, and speak Chinese', () => {
  const courses = [...bundledCourses()].map(([id, texts]) => readCourse(texts, { id }));
  expect(courses.flatMap(({ problems }) => problems)).toEqual([]);
  const [first] = courses[0]?.course?.lessons ?? [];
  if (first === undefined) throw new Error('no lesson');
  expect(headingIn(first, 'zh-Hans').title).toMatch(/[\u4e00-\u9fff]/);
  const [begin] = first.steps;
  if (begin === undefined) throw new Error('no step');
  expect(stepIn(begin, 'zh-Hans').checks[0]?.title).toMatch(/[\u4e00-\u9fff]/);
  expect(stepIn(begin, 'fr').title).toBe(begin.title);
});
