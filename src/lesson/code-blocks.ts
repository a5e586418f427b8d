/**
 * The fenced code blocks of a step and what a click on them does. The words after the language say it:
 *
 *     ```bash run               typed into the terminal
 *     ```bash run interactive   the same, for what waits for the keyboard: never played headless
 *     ```bash run fails         a command that is meant to fail
 *     ```python save=/app.py    written to a file of the machine
 *     ```bash                   only copied
 *     ```picture                no code: boxes, see picture.ts
 */
import MarkdownIt from 'markdown-it';
import { isPicture, pictureMistake } from './picture.ts';
import type { BlockAction, CodeBlock, LessonProblem } from './course.ts';

export interface CodeBlocks {
  readonly blocks: readonly CodeBlock[];
  readonly problems: readonly LessonProblem[];
}

/** `line` is the line of the file on which the Markdown begins. */
export function readCodeBlocks(
  markdown: string,
  { file, line }: { file: string; line: number },
): CodeBlocks {
  const blocks: CodeBlock[] = [];
  const problems: LessonProblem[] = [];
  for (const token of createMarkdown().parse(markdown, {})) {
    if (token.type !== 'fence') continue;
    const position = { file, line: line + (token.map?.[0] ?? 0) };
    if (isPicture(token.info)) {
      const message = pictureMistake(token.info, token.content);
      if (message !== undefined) problems.push({ ...position, message });
      continue;
    }
    const [language = '', ...words] = token.info.trim().split(/\s+/);
    const action = readAction(words);
    if (typeof action === 'string') problems.push({ ...position, message: action });
    else blocks.push({ ...position, language, text: token.content, action });
  }
  return { blocks, problems };
}

/** Lessons are untrusted: no HTML of theirs, and no links but to the web and to themselves. */
export function createMarkdown(): InstanceType<typeof MarkdownIt> {
  const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false });
  markdown.validateLink = (url) => !/^[a-z][a-z0-9+.-]*:/i.test(url) || /^https?:/i.test(url);
  return markdown;
}

function readAction(words: readonly string[]): BlockAction | string {
  const [first, ...rest] = words;
  if (first === undefined || first === 'copy') {
    return rest.length === 0 ? { kind: 'copy' } : unknownWord(rest[0]);
  }
  if (first.startsWith('save=')) {
    const path = first.slice('save='.length);
    if (!path.startsWith('/')) return `A block is saved to an absolute path, not to "${path}"`;
    return rest.length === 0 ? { kind: 'save', path } : unknownWord(rest[0]);
  }
  if (first !== 'run') return unknownWord(first);
  const wrong = rest.find((word) => word !== 'interactive' && word !== 'fails');
  if (wrong !== undefined) return unknownWord(wrong);
  return { kind: 'run', interactive: rest.includes('interactive'), fails: rest.includes('fails') };
}

function unknownWord(word = ''): string {
  return `A code block cannot be "${word}": known are run, run interactive, run fails, save=/path and copy`;
}
