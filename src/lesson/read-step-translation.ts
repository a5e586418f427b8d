/** A translation of a step: the words are its own, what is done must be the same as in the original. */
import type { Schema } from '@cfworker/json-schema';
import type {
  CheckTranslation,
  CodeBlock,
  LessonProblem,
  QuestionTranslation,
  Step,
  StepTranslation,
} from './course.ts';
import { readCodeBlocks } from './code-blocks.ts';
import { readMarkdown } from './front-matter.ts';
import schema from './schema/step-translation.schema.json' with { type: 'json' };

interface TranslationData {
  readonly title: string;
  readonly checks?: Readonly<Record<string, CheckTranslation>>;
  readonly quiz?: Readonly<Record<string, QuestionTranslation>>;
}

/** Undefined when it cannot be read; problems go to the list. */
export function readStepTranslation(
  { step, file, text }: { step: Step; file: string; text: string },
  problems: LessonProblem[],
): StepTranslation | undefined {
  const markdown = readMarkdown(text, { file, schema: schema as Schema });
  problems.push(...markdown.problems);
  if (markdown.data === undefined) return undefined;
  const { title, checks = {}, quiz = {} } = markdown.data as TranslationData;
  const report = (line: number, message: string): void => {
    problems.push({ file, line, message });
  };
  compareIds('check', { original: step.checks, translated: checks }, (id, message) =>
    report(markdown.lineOf(['checks', id]), message),
  );
  compareIds('question', { original: step.quiz, translated: quiz }, (id, message) =>
    report(markdown.lineOf(['quiz', id]), message),
  );
  for (const { id, answers } of step.quiz) {
    const count = quiz[id]?.answers.length ?? answers.length;
    if (count === answers.length) continue;
    const message = `Question "${id}" has ${answers.length} answers, the translation ${count}`;
    report(markdown.lineOf(['quiz', id]), message);
  }
  const code = readCodeBlocks(markdown.body, { file, line: markdown.bodyLine });
  problems.push(...code.problems);
  compareBlocks(step, code.blocks, (line, message) => report(line ?? markdown.bodyLine, message));
  return {
    position: { file, line: markdown.lineOf(['title']) },
    title,
    body: markdown.body,
    bodyLine: markdown.bodyLine,
    checks,
    quiz,
  };
}

function compareIds(
  what: string,
  sides: { original: readonly { id: string }[]; translated: Readonly<Record<string, unknown>> },
  report: (id: string, message: string) => void,
): void {
  const ids = sides.original.map(({ id }) => id);
  for (const id of ids) {
    if (!Object.hasOwn(sides.translated, id)) report(id, `The ${what} "${id}" is not translated`);
  }
  for (const id of Object.keys(sides.translated)) {
    if (!ids.includes(id)) report(id, `The original has no ${what} "${id}"`);
  }
}

/** Blocks that do something must do the same in every language; what is only copied may be worded anew. */
function compareBlocks(
  step: Step,
  translated: readonly CodeBlock[],
  report: (line: number | undefined, message: string) => void,
): void {
  const active = (blocks: readonly CodeBlock[]): CodeBlock[] =>
    blocks.filter(({ action }) => action.kind !== 'copy');
  const expected = active(step.blocks);
  const actual = active(translated);
  expected.forEach((block, index) => {
    const other = actual[index];
    const same =
      other?.text === block.text && JSON.stringify(other.action) === JSON.stringify(block.action);
    if (same) return;
    const reason = `line ${block.line} of the original: ${block.text.split('\n', 1)[0]}`;
    const message = `The translation's block ${index + 1} is not that of ${reason}`;
    report(other?.line, message);
  });
  const extra = actual[expected.length];
  if (extra !== undefined) report(extra.line, 'The original has no such block to run or save');
}
