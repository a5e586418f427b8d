/** A course's words in the reader's language, as far as the course has them. Pure. */
import type { Check, Course, Lesson, Question, Step } from './course.ts';

/** A step with all its words in one language. */
export interface ReadableStep {
  readonly title: string;
  readonly body: string;
  readonly checks: readonly ReadableCheck[];
  readonly quiz: readonly Question[];
}

export type ReadableCheck = Pick<Check, 'id' | 'title' | 'hint' | 'failureHint' | 'points'>;

/** Title and summary of a course or a lesson. */
export function headingIn(
  heading: Pick<Course | Lesson, 'title' | 'summary' | 'translations'>,
  language: string,
): { readonly title: string; readonly summary: string } {
  return pick(heading.translations, language) ?? heading;
}

export function stepIn(step: Step, language: string): ReadableStep {
  const words = pick(step.translations, language);
  if (words === undefined) return step;
  return {
    title: words.title,
    body: words.body,
    checks: step.checks.map((check) => ({ ...check, ...words.checks[check.id] })),
    quiz: step.quiz.map((question) => translated(question, words.quiz[question.id])),
  };
}

function translated(
  question: Question,
  words: Step['translations'][string]['quiz'][string] | undefined,
): Question {
  if (words === undefined) return question;
  const answers = question.answers.map((answer, index) => ({
    ...answer,
    feedback: undefined,
    ...words.answers[index],
  }));
  return { ...question, question: words.question, answers, explanation: words.explanation };
}

/** The same tag, else the same language elsewhere: `zh-CN` for a reader of `zh-Hans`. */
function pick<T>(translations: Readonly<Record<string, T>>, language: string): T | undefined {
  if (Object.hasOwn(translations, language)) return translations[language];
  const primary = language.split('-')[0];
  const near = Object.keys(translations).find((tag) => tag.split('-')[0] === primary);
  return near === undefined ? undefined : translations[near];
}
