/**
 * What a course is once it is read: pure data, the same whichever files it came from. The format that authors write is
 * told in README.md.
 */

/** BCP 47 tag. The language a course is written in comes first; the others are translations of it. */
export type Language = string;

export const panes = [
  'terminal',
  'editor',
  'preview',
  'containers',
  'images',
  'processes',
  'network',
  'xray',
] as const;
export type Pane = (typeof panes)[number];

/** Where something stands: lines count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
}

/** A mistake of the author's, or a step that does not do what it says. */
export interface LessonProblem extends SourcePosition {
  readonly message: string;
}

export interface Course {
  /** Name of its folder. */
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly language: Language;
  readonly translations: Readonly<Record<Language, HeadingTranslation>>;
  readonly lessons: readonly Lesson[];
}

export interface Lesson {
  /** Name of its folder without the leading number. */
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  /** How long a beginner takes. */
  readonly minutes: number | undefined;
  readonly translations: Readonly<Record<Language, HeadingTranslation>>;
  readonly steps: readonly Step[];
}

export interface HeadingTranslation {
  readonly title: string;
  readonly summary: string;
}

export interface Step {
  readonly id: string;
  readonly position: SourcePosition;
  readonly title: string;
  /** Markdown without its front matter. */
  readonly body: string;
  /** Line of the file on which the body begins. */
  readonly bodyLine: number;
  readonly blocks: readonly CodeBlock[];
  /** What is shown beside the text; the first is the largest. */
  readonly panes: readonly Pane[];
  readonly focus: Pane | undefined;
  /** File that the editor opens. */
  readonly open: string | undefined;
  /** Published port that the preview shows. */
  readonly preview: number | undefined;
  readonly files: readonly LessonFile[];
  /** Bash that runs when the step is entered. */
  readonly start: Script | undefined;
  readonly checks: readonly Check[];
  /** Points that open the next step: all there are, unless the author asks for fewer. */
  readonly pointsToGoOn: number;
  /** Bash that does what the learner is asked to do: the step's own runnable blocks unless the author wrote one. */
  readonly solution: readonly SolutionPart[];
  /** Bash that puts the step back to where it began. */
  readonly reset: Script | undefined;
  readonly quiz: readonly Question[];
  readonly translations: Readonly<Record<Language, StepTranslation>>;
}

export interface Script extends SourcePosition {
  readonly text: string;
}

export interface SolutionPart extends Script {
  /** The command is meant to fail. */
  readonly fails: boolean;
}

export interface LessonFile extends SourcePosition {
  /** Absolute path on the machine. */
  readonly path: string;
  readonly content: string;
  /** Permission bits. */
  readonly mode: number;
}

/** `run` types it into the terminal, `save` writes it to a file, `copy` only offers to copy it. */
export type BlockAction =
  | { readonly kind: 'copy' }
  | { readonly kind: 'run'; readonly interactive: boolean; readonly fails: boolean }
  | { readonly kind: 'save'; readonly path: string };

export interface CodeBlock extends SourcePosition {
  readonly language: string;
  readonly text: string;
  readonly action: BlockAction;
}

export interface Check extends SourcePosition {
  readonly id: string;
  readonly title: string;
  readonly hint: string | undefined;
  /** Told instead of the hint once the check failed after an attempt. */
  readonly failureHint: string | undefined;
  readonly points: number;
  /** Checks that must have passed before this one is looked at. */
  readonly after: readonly string[];
  readonly condition: Condition;
}

/** Bash that ends with 0 when true, or a JMESPath expression on the engine's state. */
export type Condition =
  | { readonly kind: 'script'; readonly text: string }
  | { readonly kind: 'engine'; readonly expression: string };

export interface Question extends SourcePosition {
  readonly id: string;
  readonly question: string;
  readonly answers: readonly Answer[];
  readonly explanation: string | undefined;
}

export interface Answer {
  readonly text: string;
  readonly correct: boolean;
  readonly feedback: string | undefined;
}

export interface StepTranslation {
  readonly position: SourcePosition;
  readonly title: string;
  readonly body: string;
  readonly bodyLine: number;
  readonly checks: Readonly<Record<string, CheckTranslation>>;
  readonly quiz: Readonly<Record<string, QuestionTranslation>>;
}

export interface CheckTranslation {
  readonly title: string;
  readonly hint?: string;
  readonly failureHint?: string;
}

export interface QuestionTranslation {
  readonly question: string;
  readonly answers: readonly { readonly text: string; readonly feedback?: string }[];
  readonly explanation?: string;
}
