import { describe, expect, test } from 'vitest';
import { panes } from './course.ts';
import { readCourse } from './read-course.ts';
import stepSchema from './schema/step.schema.json' with { type: 'json' };
import { courseFiles } from './testing.ts';

const step = `---
title: Step
checks:
  - id: running
    title: It runs
    engine: containers[?State.Running]
    points: 2
  - id: answers
    title: It answers
    script: curl -sf localhost
    after: [running]
quiz:
  - id: one
    question: How many?
    answers:
      - text: One
        correct: true
      - text: Two
---
Text.

\`\`\`bash run
docker run -d nginx
\`\`\`

\`\`\`bash run interactive
docker run -it busybox
\`\`\`

\`\`\`python save=/app.py
print('it''s')
\`\`\`
`;

const stepFile = '01-first/01-step/step.md';

function problemsOf(text: string, more: Readonly<Record<string, string>> = {}): string[] {
  return readCourse(courseFiles(text, more), { id: 'c' }).problems.map(
    ({ file, line, message }) => `${file}:${line}: ${message}`,
  );
}

describe('readCourse()', () => {
  test('reads titles, checks, blocks and what they do', () => {
    const { course, problems } = readCourse(courseFiles(step), { id: 'c' });
    expect(problems).toEqual([]);
    const lesson = course?.lessons[0];
    expect(lesson).toMatchObject({ id: 'first', title: 'Lesson' });
    const read = lesson?.steps[0];
    expect(read).toMatchObject({ id: 'step', title: 'Step', panes: ['terminal'], pointsToGoOn: 3 });
    expect(read?.checks.map(({ id, line, after }) => [id, line, after])).toEqual([
      ['running', 4, []],
      ['answers', 8, ['running']],
    ]);
    expect(read?.blocks.map(({ action, line }) => [action.kind, line])).toEqual([
      ['run', 22],
      ['run', 26],
      ['save', 30],
    ]);
  });

  test('takes the blocks for the solution, without those that wait for the keyboard', () => {
    const { course } = readCourse(courseFiles(step), { id: 'c' });
    const solution = course?.lessons[0]?.steps[0]?.solution ?? [];
    expect(solution.map(({ line }) => line)).toEqual([22, 30]);
    expect(solution[1]?.text).toContain("> '/app.py'");
  });

  test.each([
    ['no front matter', 'Text.', ':1: The file does not begin with front matter'],
    ['no end of it', '---\ntitle: a\n', ':1: The front matter has no end'],
    ['a YAML mistake', '---\ntitle: a\nchecks: [\n---\n', ':3: '],
    ['a key twice', '---\ntitle: a\ntitle: b\n---\n', ':3: Map keys must be unique'],
    ['an unknown key', '---\ntitle: a\ntilte: b\n---\n', ':3: Unknown key "tilte"'],
    ['no title', '---\nfocus: terminal\n---\n', ':2: The front matter does not have required property'],
    ['a pane that is none', '---\ntitle: a\npanes: [screen]\n---\n', ':3: "panes.0" does not match any of'],
    ['a check with two conditions', '---\ntitle: a\nsolve: x\nchecks:\n  - id: a\n    title: a\n    script: x\n    engine: images\n---\n', ':5: "checks.0" needs either "script" or "engine"'],
    ['a check without a solution', '---\ntitle: a\nchecks:\n  - id: a\n    title: a\n    script: x\n---\n', ':3: The step has checks but no solution'],
    ['an expression that cannot be read', '---\ntitle: a\nsolve: x\nchecks:\n  - id: a\n    title: a\n    engine: images[?\n---\n', ':7: The expression cannot be read'],
    ['a check that waits for a later one', '---\ntitle: a\nsolve: x\nchecks:\n  - {id: a, title: a, script: x, after: [b]}\n  - {id: b, title: b, script: x}\n---\n', ':5: Check "a" waits for "b", which is no check before it'],
    ['a check twice', '---\ntitle: a\nsolve: x\nchecks:\n  - {id: a, title: a, script: x}\n  - {id: a, title: b, script: x}\n---\n', ':6: A check "a" was there before'],
    ['more points than there are', '---\ntitle: a\nnext: {points: 2}\n---\n', ':3: The next step asks for 2 points and the checks give 0'],
    ['a question without a correct answer', '---\ntitle: a\nquiz:\n  - id: q\n    question: q\n    answers: [{text: a}, {text: b}]\n---\n', ':4: Question "q" has no correct answer'],
    ['an unknown word of a block', '---\ntitle: a\n---\n\n```bash exec\nls\n```\n', ':5: A code block cannot be "exec"'],
    ['a relative path of a block', '---\ntitle: a\n---\n```text save=a.txt\n```\n', ':4: A block is saved to an absolute path'],
    ['an alias bomb', `---\ntitle: a\nfiles:\n  - &a {path: /a, content: x}\n${'  - *a\n'.repeat(60)}---\n`, ':2: The front matter cannot be read'],
  ])('tells %s with its line', (_name, text, expected) => {
    const problems = problemsOf(text);
    expect(problems).toEqual([expect.stringContaining(`${stepFile}${expected}`)]);
  }); // prettier-ignore

  test('knows the panes that the schema lists', () => {
    expect(stepSchema.$defs.pane.enum).toEqual(panes);
  });

  test('tells what is missing in folders', () => {
    expect(problemsOf(step, { '01-first/02-empty/notes.md': '' })).toEqual([
      '01-first/02-empty/step.md:1: The step has no step.md',
    ]);
    expect(readCourse(new Map(), { id: 'c' })).toEqual({
      course: undefined,
      problems: [{ file: 'course.md', line: 1, message: 'The course has no course.md' }],
    });
  });
});

describe('translations', () => {
  const headings = {
    'course.zh-CN.md': '---\ntitle: 课程\nsummary: 课程\n---\n',
    '01-first/lesson.zh-CN.md': '---\ntitle: 课\nsummary: 课\n---\n',
  };
  const body = step.slice(step.indexOf('Text.'));
  const front = `---
title: 步
checks:
  running: {title: 在运行}
  answers: {title: 有回应}
quiz:
  one: {question: 几个?, answers: [{text: 一}, {text: 二}]}
---
`;
  const file = '01-first/01-step/step.zh-CN.md';

  test('are read beside the original', () => {
    const files = courseFiles(step, { ...headings, [file]: front + body });
    const { course, problems } = readCourse(files, { id: 'c' });
    expect(problems).toEqual([]);
    expect(course?.translations['zh-CN']?.title).toBe('课程');
    expect(course?.lessons[0]?.steps[0]?.translations['zh-CN']).toMatchObject({
      title: '步',
      checks: { running: { title: '在运行' } },
    });
  });

  test.each([
    ['no file', undefined, `${stepFile}:2: The step has no translation to zh-CN`],
    ['a check less', front.replace(/ {2}answers.*\n/, '') + body, `${file}:3: The check "answers" is not translated`],
    ['a check more', front.replace('quiz:', '  more: {title: a}\nquiz:') + body, `${file}:6: The original has no check "more"`],
    ['an answer less', front.replace(', {text: 二}', '') + body, `${file}:7: Question "one" has 2 answers, the translation 1`],
    ['another command', front + body.replace('-d nginx', '-d redis'), `${file}:11: The translation's block 1 is not that of line 22`],
  ])('that have %s are told', (_name, text, expected) => {
    const problems = problemsOf(step, text === undefined ? headings : { ...headings, [file]: text });
    expect(problems).toEqual([expect.stringContaining(expected)]);
  }); // prettier-ignore
});
