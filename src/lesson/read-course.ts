/** A course from its folder: `course.md`, one folder a lesson with `lesson.md`, one folder a step with `step.md`. */
import type { Schema } from '@cfworker/json-schema';
import type { Course, HeadingTranslation, Lesson, LessonProblem, Step } from './course.ts';
import { readMarkdown } from './front-matter.ts';
import { readStep } from './read-step.ts';
import schema from './schema/course.schema.json' with { type: 'json' };

/** Markdown files by their path below the course's folder, with forward slashes. */
export type CourseFiles = ReadonlyMap<string, string>;

export interface CourseReading {
  /** Undefined when `course.md` cannot be read. */
  readonly course: Course | undefined;
  readonly problems: readonly LessonProblem[];
}

interface Heading {
  readonly title: string;
  readonly summary: string;
  readonly language?: string;
  readonly minutes?: number;
  readonly translations: Readonly<Record<string, HeadingTranslation>>;
}

const languageDefault = 'en';

/** `id` is the name of the course's folder. Never throws: what is wrong is among the problems. */
export function readCourse(files: CourseFiles, { id }: { id: string }): CourseReading {
  const problems: LessonProblem[] = [];
  const heading = readHeading(files, { folder: '', name: 'course' }, problems);
  if (heading === undefined) return { course: undefined, problems };
  const lessons = subfolders(files, '').flatMap((folder) => {
    const lesson = readLesson(files, folder, problems);
    return lesson === undefined ? [] : [lesson];
  });
  if (lessons.length === 0 && problems.length === 0) {
    problems.push({ file: 'course.md', line: 1, message: 'The course has no lessons' });
  }
  const course: Course = {
    id,
    title: heading.title,
    summary: heading.summary,
    language: heading.language ?? languageDefault,
    translations: heading.translations,
    lessons,
  };
  problems.push(...missingTranslations(course));
  return { course, problems };
}

function readLesson(
  files: CourseFiles,
  folder: string,
  problems: LessonProblem[],
): Lesson | undefined {
  const heading = readHeading(files, { folder: `${folder}/`, name: 'lesson' }, problems);
  if (heading === undefined) return undefined;
  const names = subfolders(files, `${folder}/`);
  const steps = names.flatMap((name) => {
    const step = readStepFolder(files, `${folder}/${name}/`, problems);
    return step === undefined ? [] : [step];
  });
  if (names.length === 0) {
    problems.push({ file: `${folder}/lesson.md`, line: 1, message: 'The lesson has no steps' });
  }
  const { title, summary, minutes, translations } = heading;
  return { id: idOf(folder), title, summary, minutes, translations, steps };
}

function readStepFolder(
  files: CourseFiles,
  folder: string,
  problems: LessonProblem[],
): Step | undefined {
  const file = `${folder}step.md`;
  const text = files.get(file);
  if (text === undefined) {
    problems.push({ file, line: 1, message: 'The step has no step.md' });
    return undefined;
  }
  const translations = new Map(
    translationsOf(files, { folder, name: 'step' }).map(([language, path, words]) => [
      language,
      { file: path, text: words },
    ]),
  );
  return readStep({ id: idOf(folder), file, text, translations }, problems);
}

interface HeadingFile {
  /** Empty, or with a slash at its end. */
  readonly folder: string;
  readonly name: 'course' | 'lesson';
}

function readHeading(
  files: CourseFiles,
  { folder, name }: HeadingFile,
  problems: LessonProblem[],
): Heading | undefined {
  const file = `${folder}${name}.md`;
  const text = files.get(file);
  if (text === undefined) {
    problems.push({ file, line: 1, message: `The ${name} has no ${name}.md` });
    return undefined;
  }
  const read = (path: string, words: string): Heading | undefined => {
    const markdown = readMarkdown(words, { file: path, schema: schema as Schema });
    problems.push(...markdown.problems);
    return markdown.data as Heading | undefined;
  };
  const translations = translationsOf(files, { folder, name }).flatMap(
    ([language, path, words]) => {
      const heading = read(path, words);
      if (heading === undefined) return [];
      return [[language, { title: heading.title, summary: heading.summary }] as const];
    },
  );
  const heading = read(file, text);
  return heading && { ...heading, translations: Object.fromEntries(translations) };
}

/** `step.zh-CN.md` beside `step.md`: language, path, text. */
function translationsOf(
  files: CourseFiles,
  { folder, name }: { folder: string; name: string },
): [language: string, path: string, text: string][] {
  const prefix = `${folder}${name}.`;
  return [...files].flatMap(([path, text]): [string, string, string][] => {
    if (!path.startsWith(prefix) || !path.endsWith('.md')) return [];
    const language = path.slice(prefix.length, -'.md'.length);
    return /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(language) ? [[language, path, text]] : [];
  });
}

/** Folders directly below, in the order of their names: authors number them. */
function subfolders(files: CourseFiles, folder: string): string[] {
  const names = [...files.keys()]
    .filter((path) => path.startsWith(folder))
    .map((path) => path.slice(folder.length).split('/'))
    .filter(({ length }) => length > 1)
    .map(([name = '']) => name);
  return [...new Set(names)].sort();
}

/** Last folder of the path without its number. */
function idOf(folder: string): string {
  const name = folder.split('/').filter(Boolean).at(-1) ?? '';
  return name.replace(/^[0-9]+-/, '');
}

/** A language that the course's title has, every lesson and step must have. */
function missingTranslations(course: Course): LessonProblem[] {
  return Object.keys(course.translations).flatMap((language) =>
    course.lessons.flatMap((lesson) => {
      const steps = lesson.steps
        .filter(({ translations }) => translations[language] === undefined)
        .map(({ position }) => ({
          ...position,
          message: `The step has no translation to ${language}`,
        }));
      const [first] = lesson.steps;
      if (lesson.translations[language] !== undefined || first === undefined) return steps;
      const file = first.position.file.replace(/[^/]+\/step\.md$/, 'lesson.md');
      return [{ file, line: 1, message: `The lesson has no translation to ${language}` }, ...steps];
    }),
  );
}
