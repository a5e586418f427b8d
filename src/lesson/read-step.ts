/** One step: its Markdown with front matter, and its translations held against it. */
import type { Schema } from '@cfworker/json-schema';
import type {
  Check,
  CodeBlock,
  LessonProblem,
  Pane,
  Question,
  Script,
  SolutionPart,
  Step,
  StepTranslation,
} from './course.ts';
import { readCodeBlocks } from './code-blocks.ts';
import { checkExpression } from './engine-expression.ts';
import { readMarkdown, type MarkdownFile } from './front-matter.ts';
import stepSchema from './schema/step.schema.json' with { type: 'json' };
import { saveCommand } from './shell-words.ts';
import { readStepTranslation } from './read-step-translation.ts';

/** What the schema lets through. */
interface StepData {
  readonly title: string;
  readonly panes?: readonly Pane[];
  readonly focus?: Pane;
  readonly open?: string;
  readonly preview?: number;
  readonly files?: readonly { path: string; content: string; mode?: string }[];
  readonly start?: string;
  readonly solve?: string;
  readonly reset?: string;
  readonly ordered?: boolean;
  readonly checks?: readonly CheckData[];
  readonly next?: { readonly points: number };
  readonly quiz?: readonly QuestionData[];
}

interface CheckData {
  readonly id: string;
  readonly title: string;
  readonly script?: string;
  readonly engine?: string;
  readonly hint?: string;
  readonly failureHint?: string;
  readonly points?: number;
  readonly after?: readonly string[];
}

interface QuestionData {
  readonly id: string;
  readonly question: string;
  readonly answers: readonly { text: string; correct?: boolean; feedback?: string }[];
  readonly explanation?: string;
}

export interface StepSource {
  readonly id: string;
  readonly file: string;
  readonly text: string;
  /** By language. */
  readonly translations: ReadonlyMap<string, { readonly file: string; readonly text: string }>;
}

const fileModeDefault = 0o644;

/** The step, unless it cannot be read at all; problems go to the list. */
export function readStep(source: StepSource, problems: LessonProblem[]): Step | undefined {
  const { file, id } = source;
  const markdown = readMarkdown(source.text, { file, schema: stepSchema as Schema });
  problems.push(...markdown.problems);
  if (markdown.data === undefined) return undefined;
  const data = markdown.data as StepData;
  const code = readCodeBlocks(markdown.body, { file, line: markdown.bodyLine });
  problems.push(...code.problems);
  const checks = readChecks(data, { file, markdown, problems });
  const points = checks.reduce((sum, check) => sum + check.points, 0);
  const script = (key: 'start' | 'solve' | 'reset'): Script | undefined =>
    data[key] === undefined ? undefined : { file, line: markdown.lineOf([key]), text: data[key] };
  if ((data.next?.points ?? 0) > points) {
    const message = `The next step asks for ${data.next?.points} points and the checks give ${points}`;
    problems.push({ file, line: markdown.lineOf(['next']), message });
  }
  const step: Step = {
    id,
    position: { file, line: markdown.lineOf(['title']) },
    title: data.title,
    body: markdown.body,
    bodyLine: markdown.bodyLine,
    blocks: code.blocks,
    panes: data.panes ?? ['terminal'],
    focus: data.focus,
    open: data.open,
    preview: data.preview,
    files: (data.files ?? []).map(({ path, content, mode }, index) => ({
      file,
      line: markdown.lineOf(['files', index]),
      path,
      content,
      mode: mode === undefined ? fileModeDefault : Number.parseInt(mode, 8),
    })),
    start: script('start'),
    checks,
    pointsToGoOn: data.next?.points ?? points,
    solution: solutionOf(script('solve'), code.blocks),
    reset: script('reset'),
    quiz: readQuiz(data, { file, markdown, problems }),
    translations: {},
  };
  if (checks.length > 0 && step.solution.length === 0) {
    const message =
      'The step has checks but no solution: neither "solve" nor a block to run or save';
    problems.push({ file, line: markdown.lineOf(['checks']), message });
  }
  return { ...step, translations: readTranslations(step, source, problems) };
}

interface Reading {
  readonly file: string;
  readonly markdown: MarkdownFile;
  readonly problems: LessonProblem[];
}

function readChecks(data: StepData, { file, markdown, problems }: Reading): Check[] {
  const all = data.checks ?? [];
  return all.map((check, index) => {
    const line = markdown.lineOf(['checks', index]);
    const earlier = all.slice(0, index).map(({ id }) => id);
    if (earlier.includes(check.id)) {
      problems.push({ file, line, message: `A check "${check.id}" was there before` });
    }
    // Only earlier checks may be waited for, so that there are no circles.
    for (const id of (check.after ?? []).filter((name) => !earlier.includes(name))) {
      const message = `Check "${check.id}" waits for "${id}", which is no check before it`;
      problems.push({ file, line: markdown.lineOf(['checks', index, 'after']), message });
    }
    if (check.engine !== undefined) {
      const message = checkExpression(check.engine);
      const at = { file, line: markdown.lineOf(['checks', index, 'engine']) };
      if (message !== undefined) problems.push({ ...at, message });
    }
    const previous = data.ordered === true ? earlier.slice(-1) : [];
    return {
      file,
      line,
      id: check.id,
      title: check.title,
      hint: check.hint,
      failureHint: check.failureHint,
      points: check.points ?? 1,
      after: [...new Set([...previous, ...(check.after ?? [])])],
      condition:
        check.engine === undefined
          ? { kind: 'script', text: check.script ?? 'false' }
          : { kind: 'engine', expression: check.engine },
    };
  });
}

function readQuiz(data: StepData, { file, markdown, problems }: Reading): Question[] {
  return (data.quiz ?? []).map((question, index) => {
    const line = markdown.lineOf(['quiz', index]);
    const answers = question.answers.map(({ text, correct, feedback }) => ({
      text,
      correct: correct ?? false,
      feedback,
    }));
    if (!answers.some(({ correct }) => correct)) {
      problems.push({ file, line, message: `Question "${question.id}" has no correct answer` });
    }
    const { id, explanation } = question;
    return { file, line, id, question: question.question, answers, explanation };
  });
}

/** What the author wrote, or what a learner does who clicks every block from top to bottom. */
function solutionOf(solve: Script | undefined, blocks: readonly CodeBlock[]): SolutionPart[] {
  if (solve !== undefined) return [{ ...solve, fails: false }];
  return blocks.flatMap(({ action, file, line, text }) => {
    if (action.kind === 'run') {
      return action.interactive ? [] : [{ file, line, text, fails: action.fails }];
    }
    return action.kind === 'save'
      ? [{ file, line, text: saveCommand(action.path, text), fails: false }]
      : [];
  });
}

function readTranslations(
  step: Step,
  source: StepSource,
  problems: LessonProblem[],
): Record<string, StepTranslation> {
  const read = [...source.translations].map(
    ([language, file]) => [language, readStepTranslation({ step, ...file }, problems)] as const,
  );
  return Object.fromEntries(
    read.flatMap(([language, translation]) =>
      translation === undefined ? [] : [[language, translation]],
    ),
  );
}
