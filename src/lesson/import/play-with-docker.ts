/**
 * Play with Docker's training posts (Jekyll Markdown with `.termN` blocks) as a lesson of ours: a step for each of the
 * post's sections, blocks to run, and the quizzes.
 */
import { parse } from 'yaml';
import { isRecord } from '../../lib/json.ts';
import { formatFrontMatter, formatHeading, uniqueFolder } from './format-markdown.ts';
import type { ImportResult } from './import-result.ts';

/** Throws when the text has no front matter with a title. */
export function importPlayWithDocker(text: string): ImportResult {
  const match = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*\r?\n([\s\S]*)$/.exec(text);
  const front: unknown = match === null ? undefined : parse(match[1] ?? '', { maxAliasCount: 0 });
  if (match === null || !isRecord(front) || typeof front['title'] !== 'string') {
    throw new Error('Cannot import: the post has no front matter with a title');
  }
  const warnings: string[] = [];
  const files = new Map<string, string>();
  const { title } = front;
  files.set('lesson.md', formatHeading(title, textOf(front['description'])));
  for (const section of sectionsOf(match[2] ?? '', title)) {
    const { markdown, quiz } = takeQuiz(section.markdown);
    const step = { title: section.title, quiz: quiz.length > 0 ? quiz : undefined };
    const body = convertBlocks(markdown, warnings);
    files.set(`${uniqueFolder(files, section.title)}/step.md`, formatFrontMatter(step) + body);
  }
  return { files, warnings: [...new Set(warnings)] };
}

interface Section {
  readonly title: string;
  readonly markdown: string;
}

/** Parts that begin with a heading of the first or second level; what comes before has the post's title. */
function sectionsOf(body: string, title: string): Section[] {
  const sections: { title: string; lines: string[] }[] = [{ title, lines: [] }];
  let fenced = false;
  for (const line of body.split(/\r?\n/)) {
    if (line.startsWith('```')) fenced = !fenced;
    const heading = fenced ? null : /^##?\s+(.+?)\s*#*$/.exec(line);
    if (heading === null) sections.at(-1)?.lines.push(line);
    else sections.push({ title: plain(heading[1] ?? title), lines: [] });
  }
  return sections
    .map((section) => ({ title: section.title, markdown: section.lines.join('\n').trim() }))
    .filter(({ markdown }) => markdown !== '')
    .map((section) => ({ ...section, markdown: `${section.markdown}\n` }));
}

/** Headings may hold anchors and marks, titles do not. */
function plain(heading: string): string {
  const text = heading
    .replace(/<[^>]*>/g, '')
    .replace(/\{[:%][^}]*\}/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*_]/g, '')
    .trim();
  return text === '' ? 'Step' : text.slice(0, 120);
}

function convertBlocks(markdown: string, warnings: string[]): string {
  const converted = markdown.replace(/^```\s*\.term(\d+)[ \t]*$/gm, (_all, number: string) => {
    if (number !== '1')
      warnings.push('Blocks of further terminals run in the one machine there is');
    return '```bash run';
  });
  const links = /\[([^\]]*)\]\([^)]*\)((?:\{:[^}]*\})*\{:data-port="(\d+)"\}(?:\{:[^}]*\})*)/g;
  return converted
    .replace(links, (_all, label: string, _attributes: string, port: string) => {
      warnings.push(`A link opened port ${port}: publish it and use the preview`);
      return `${label} (port ${port})`;
    })
    .replace(/\{:[^}]*\}/g, '')
    .replace(/\{%[\s\S]*?%\}|\{\{[\s\S]*?\}\}/g, '');
}

interface QuizQuestion {
  readonly id: string;
  readonly question: string;
  readonly answers: readonly { readonly text: string; readonly correct?: true }[];
}

/** A paragraph marked `{:.quiz}` and the list below it. */
function takeQuiz(markdown: string): { markdown: string; quiz: QuizQuestion[] } {
  const quiz: QuizQuestion[] = [];
  const pattern = /^\{:\.quiz\}[ \t]*\n(.+)\n((?:[-*][ \t]+[([][ xX]?[)\]].*(?:\n|$))+)/gm;
  const rest = markdown.replace(pattern, (_all, question: string, list: string) => {
    const answers = list.trim().split('\n').map(answerOf);
    quiz.push({ id: `question-${quiz.length + 1}`, question: question.trim(), answers });
    return '';
  });
  return { markdown: rest, quiz };
}

function answerOf(line: string): { text: string; correct?: true } {
  const match = /^[-*][ \t]+[([]([ xX]?)[)\]]\s*(.*)$/.exec(line);
  const text = match?.[2] ?? line;
  return (match?.[1] ?? '').toLowerCase() === 'x' ? { text, correct: true } : { text };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
