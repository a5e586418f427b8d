/**
 * The first step of reading a Dockerfile: text becomes lines of one instruction each. Comments go, continued lines
 * are joined, flags are taken off the front. What the rest of a line means is for its instruction to say.
 */
import { KindError } from '../lib/errors.ts';

export interface DockerfileLine {
  /** As written: `ENV` or `env`. */
  readonly command: string;
  /** `--interval=5s` and the like, without quotes. */
  readonly flags: readonly string[];
  readonly rest: string;
  /** The whole instruction on one line. */
  readonly original: string;
  /** The first line it is on, from 1. */
  readonly lineNumber: number;
}

export interface Dockerfile {
  readonly lines: readonly DockerfileLine[];
  /** A backslash, unless the directive `escape` says otherwise. */
  readonly escape: string;
}

/** Rejects `invalidParameter` for text without any instruction. */
export function parseDockerfileLines(text: string): Dockerfile {
  const source = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const escape = escapeDirective(source);
  const lines: DockerfileLine[] = [];
  for (let at = 0; at < source.length; at += 1) {
    if (isComment(source[at] ?? '') || (source[at] ?? '').trim() === '') continue;
    const lineNumber = at + 1;
    let { content, continues } = cutContinuation((source[at] ?? '').trimStart(), escape);
    while (continues && at + 1 < source.length) {
      at += 1;
      const next = source[at] ?? '';
      if (isComment(next) || next.trim() === '') continue;
      const cut = cutContinuation(next, escape);
      content += cut.content;
      continues = cut.continues;
    }
    if (content.trim() !== '') lines.push({ ...splitInstruction(content, escape), lineNumber });
  }
  if (lines.length === 0) throw invalid('file with no instructions');
  return { lines, escape };
}

/** Directives are comments before anything else. */
function escapeDirective(source: readonly string[]): string {
  for (const line of source) {
    const match = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(line);
    if (match === null) return '\\';
    if (match[1]?.toLowerCase() !== 'escape') continue;
    const value = match[2] ?? '';
    if (value === '\\' || value === '`') return value;
    throw invalid(`invalid escape token '${value}' does not match \` or \\`);
  }
  return '\\';
}

function isComment(line: string): boolean {
  return line.trimStart().startsWith('#');
}

/** A line that ends in the escape character goes on, unless that one is escaped itself. */
function cutContinuation(line: string, escape: string): { content: string; continues: boolean } {
  const trimmed = line.replace(/[ \t]+$/, '');
  const count = trimmed.length - trimmed.replace(new RegExp(`${`\\${escape}`}+$`), '').length;
  if (count % 2 === 0) return { content: line, continues: false };
  return { content: trimmed.slice(0, -1), continues: true };
}

/** Command, flags and the rest of one instruction. */
export function splitInstruction(line: string, escape: string): Omit<DockerfileLine, 'lineNumber'> {
  const [, command = '', args = ''] = /^(\S+)(?:[\t\v\f\r ]+([\s\S]*))?$/.exec(line.trim()) ?? [];
  const { flags, rest } = takeFlags(args, escape);
  return { command, flags, rest: rest.trim(), original: line };
}

/** Words in front that begin with two dashes; `--` alone ends them. */
function takeFlags(text: string, escape: string): { flags: string[]; rest: string } {
  const flags: string[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at += 1;
    if (!text.startsWith('--', at)) return { flags, rest: text.slice(at) };
    const { word, end } = takeFlag(text, { at, escape });
    at = end;
    if (word === '--') return { flags, rest: text.slice(at) };
    flags.push(word);
  }
}

function takeFlag(
  text: string,
  { at: start, escape }: { at: number; escape: string },
): { word: string; end: number } {
  let word = '';
  let quote = '';
  let at = start;
  for (; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quote === '' && /\s/.test(character)) break;
    if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character === escape) {
      at += 1;
      word += text[at] ?? '';
    } else word += character;
  }
  return { word, end: at };
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
