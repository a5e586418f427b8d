/**
 * The front matter of a Markdown file: YAML between two lines of three dashes. Every mistake is told with the line it
 * stands on, whether YAML's grammar or our schema objects.
 */
import { Validator, type OutputUnit, type Schema } from '@cfworker/json-schema';
import {
  isCollection,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  type Document,
} from 'yaml';
import type { LessonProblem } from './course.ts';

/** Bytes of one Markdown file; a page of text has a few thousand. */
export const markdownSizeMax = 512 * 1024;

/** Aliases that YAML may expand: none of our files needs more, and a bomb needs many. */
const aliasCountMax = 20;

export interface MarkdownFile {
  /** What the schema accepts; undefined when there are problems. */
  readonly data: unknown;
  readonly body: string;
  /** Line of the file on which the body begins, from 1. */
  readonly bodyLine: number;
  readonly problems: readonly LessonProblem[];
  /** Line of the value at a path of keys and indexes, or of its nearest parent. */
  lineOf(path: readonly (string | number)[]): number;
}

/** Never throws: what is wrong is among the problems. */
export function readMarkdown(
  text: string,
  options: { file: string; schema: Schema },
): MarkdownFile {
  const { file, schema } = options;
  if (text.length > markdownSizeMax) {
    return failed(file, 1, `The file is larger than ${markdownSizeMax / 1024} KiB`);
  }
  const lines = text.split(/\r?\n/);
  if (lines[0]?.trimEnd() !== '---') {
    return failed(file, 1, 'The file does not begin with front matter: a line of three dashes');
  }
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === '---');
  if (end === -1) return failed(file, 1, 'The front matter has no end: a line of three dashes');
  const counter = new LineCounter();
  const document = parseDocument(lines.slice(1, end).join('\n'), { lineCounter: counter });
  /** The YAML begins on the second line. */
  const lineAt = (offset: number): number => counter.linePos(offset).line + 1;
  const grammar = [...document.errors, ...document.warnings].map((problem) => ({
    file,
    line: lineAt(problem.pos[0]),
    message: problem.message.split('\n', 1)[0] ?? problem.code,
  }));
  const body = lines.slice(end + 1).join('\n');
  const rest = { body, bodyLine: end + 2 };
  const lineOf = (path: readonly (string | number)[]): number => lineAt(offsetOf(document, path));
  if (grammar.length > 0) return { ...rest, data: undefined, problems: grammar, lineOf };
  const converted = toPlain(document);
  if (converted.error !== undefined) return failed(file, 2, converted.error);
  const result = new Validator(schema, '2020-12', false).validate(converted.value);
  const problems = leaves(result.errors).map(({ path, message }) => ({
    file,
    line: lineOf(path),
    message,
  }));
  return { ...rest, data: problems.length > 0 ? undefined : converted.value, problems, lineOf };
}

function failed(file: string, line: number, message: string): MarkdownFile {
  const problems = [{ file, line, message }];
  return { data: undefined, body: '', bodyLine: 1, problems, lineOf: () => line };
}

function toPlain(document: Document): { value?: unknown; error?: string } {
  try {
    return { value: document.toJS({ maxAliasCount: aliasCountMax }) ?? {} };
  } catch (error) {
    return { error: `The front matter cannot be read: ${String(error)}` };
  }
}

/** Offset of the key that holds the value at the path, or of the nearest parent there is. */
function offsetOf(document: Document, path: readonly (string | number)[]): number {
  let offset = 0;
  let node: unknown = document.contents;
  for (const part of path) {
    if (!isCollection(node)) return offset;
    const item: unknown = node.items.find((entry, index) =>
      isPair(entry)
        ? isScalar(entry.key) && String(entry.key.value) === String(part)
        : index === part,
    );
    if (item === undefined) return offset;
    const start: unknown = isPair(item) ? item.key : item;
    if (isNode(start) && start.range) offset = start.range[0];
    node = isPair(item) ? item.value : item;
  }
  return offset;
}

interface Violation {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Keywords that only say that something below them is wrong. */
const carriers = new Set(['properties', 'additionalProperties', 'items', '$ref']);

/** The validator reports a mistake at every level on the way to it; the author wants the innermost. */
function leaves(units: readonly OutputUnit[]): Violation[] {
  const alternatives = units.filter(({ keyword }) => keyword === 'oneOf');
  return units
    .filter(
      (unit) =>
        !carriers.has(unit.keyword) &&
        !alternatives.some((other) => unit.keywordLocation.startsWith(`${other.keywordLocation}/`)),
    )
    .map(violation);
}

function violation({ instanceLocation, keyword, error }: OutputUnit): Violation {
  const path = instanceLocation
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^[0-9]+$/.test(part) ? Number(part) : part));
  const name = path.join('.');
  if (keyword === 'false') return { path, message: `Unknown key "${name}"` };
  if (keyword === 'oneOf') {
    return { path, message: `"${name}" needs either "script" or "engine", and not both` };
  }
  const reason = error.replace('Instance', name === '' ? 'The front matter' : `"${name}"`);
  return { path, message: reason.replace(/\.$/, '') };
}
