import { describe, expect, test } from 'vitest';
import { readCourse } from './read-course.ts';
import { stepProgress } from './step-progress.ts';
import { courseFiles, fakeMachine } from './testing.ts';
import { verifyLesson } from './verify-lesson.ts';

const step = `---
title: Step
start: prepare-it
checks:
  - id: done
    title: It is done
    script: is-it-done
---
\`\`\`bash run
do-it
\`\`\`

\`\`\`bash run
do-more
\`\`\`
`;

function lessonOf(text: string) {
  const { course, problems } = readCourse(courseFiles(text), { id: 'c' });
  expect(problems).toEqual([]);
  const [lesson] = course?.lessons ?? [];
  if (lesson === undefined) throw new Error('no lesson');
  return lesson;
}

const wait = () => Promise.resolve();

describe('verifyLesson()', () => {
  test('enters, sees the check fail, solves, sees it pass', async () => {
    let done = false;
    const machine = fakeMachine((script) => {
      if (script.includes('do-it')) done = true;
      return script.includes('is-it-done') ? { exitCode: done ? 0 : 1 } : undefined;
    });
    expect(await verifyLesson(lessonOf(step), { machine, wait })).toEqual([]);
    const order = machine.scripts.map((script) => /prepare-it|is-it-done|do-it/.exec(script)?.[0]);
    expect(order).toEqual(['prepare-it', 'is-it-done', 'do-it', 'is-it-done']);
  });

  test('tells a check that passes too early', async () => {
    const problems = await verifyLesson(lessonOf(step), { machine: fakeMachine(), wait });
    expect(problems).toEqual([
      {
        file: '01-first/01-step/step.md',
        line: 5,
        message: 'Check "done" passes before the solution ran',
      },
    ]);
  });

  test('tells a check that never passes, with what it said', async () => {
    const machine = fakeMachine((script) =>
      script.includes('is-it-done') ? { exitCode: 1, stderr: 'not yet\n' } : undefined,
    );
    const problems = await verifyLesson(lessonOf(step), { machine, wait });
    expect(problems[0]).toMatchObject({
      line: 5,
      message: 'Check "done" fails after the solution ran: not yet',
    });
  });

  test('tells the block at which the solution stopped', async () => {
    const machine = fakeMachine((script) => {
      if (script.includes('is-it-done')) return { exitCode: 1 };
      if (!script.includes('do-it')) return undefined;
      return { exitCode: 127, stderr: 'do-more: not found\n\nbottleship: stopped at 1\n' };
    });
    expect(await verifyLesson(lessonOf(step), { machine, wait })).toEqual([
      {
        file: '01-first/01-step/step.md',
        line: 13,
        message: 'The solution ended with 127: do-more: not found',
      },
    ]);
  });

  test('sees the state of the engine through expressions', async () => {
    const text = `---\ntitle: a\nsolve: do-it\nchecks:\n  - id: web\n    title: web\n    engine: containers[?Name=='/web' && State.Running]\n---\n`;
    const state: Record<string, unknown> = { '/containers/json?all=1': [{ Id: 'abc' }] };
    state['/containers/abc/json'] = { Name: '/web', State: { Running: false } };
    const machine = fakeMachine((script) => {
      if (script.includes('do-it')) {
        state['/containers/abc/json'] = { Name: '/web', State: { Running: true } };
      }
      return undefined;
    }, state);
    expect(await verifyLesson(lessonOf(text), { machine, wait })).toEqual([]);
  });
});

describe('stepProgress()', () => {
  test('opens a check when those before it passed, and the next step when the points are there', () => {
    const text = `---\ntitle: a\nsolve: x\nordered: true\nnext: {points: 3}\nchecks:\n  - {id: a, title: a, script: x, points: 3}\n  - {id: b, title: b, script: x}\n---\n`;
    const [read] = lessonOf(text).steps;
    if (read === undefined) throw new Error('no step');
    const begun = stepProgress(read, new Set());
    expect(begun.open.map(({ id }) => id)).toEqual(['a']);
    expect(begun).toMatchObject({ points: 0, pointsToGoOn: 3, mayGoOn: false });
    const half = stepProgress(read, new Set(['a']));
    expect(half.open.map(({ id }) => id)).toEqual(['b']);
    expect(half).toMatchObject({ points: 3, mayGoOn: true });
  });
});
