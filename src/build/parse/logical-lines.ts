/**
 * The first step of reading a Dockerfile: text becomes lines of one instruction each. Comments go, continued lines are
 * joined, heredocs are taken along. What the rest of a line means is for its instruction to say.
 */
import type { Directive, Heredoc } from '../instruction.ts';
import { withSource, type SourceRange } from '../source.ts';
import { DirectiveReader, escapeToken } from './directives.ts';
import { heredocMarks, type HeredocMark } from './heredoc.ts';
import { SyntaxMistake } from './instruction-input.ts';
import { splitInstruction } from './split-instruction.ts';
import { jsonWords } from './words.ts';

export interface LogicalLine {
  readonly code: string;
  readonly range: SourceRange;
  readonly heredocs: readonly Heredoc[];
  readonly comments: readonly string[];
}

export interface LogicalLines {
  readonly lines: readonly LogicalLine[];
  readonly escape: string;
  readonly directives: readonly Directive[];
  readonly emptyContinuationLines: readonly number[];
}

/** Bytes of one physical line, as Docker's scanner has it. */
const lineBytesMax = 65_535;

/** Rejects with a `SourceError` for a heredoc without an end, a wrong directive, or no instruction at all. */
export function readLogicalLines(text: string): LogicalLines {
  return new LineReader(text).read();
}

class LineReader {
  /** Each with its line feed. */
  readonly #source: readonly string[];
  readonly #directives = new DirectiveReader();
  readonly #lines: LogicalLine[] = [];
  readonly #emptyContinuationLines: number[] = [];
  #escape = '\\';
  /** Lines taken so far: the number of the last one. */
  #at = 0;
  #comments: string[] = [];

  constructor(text: string) {
    this.#source = text.replace(/^\uFEFF/, '').match(/[^\n]*\n|[^\n]+$/g) ?? [];
  }

  read(): LogicalLines {
    while (this.#at < this.#source.length) this.#readOne();
    if (this.#lines.length === 0) throw this.#error('file with no instructions', this.#at);
    return {
      lines: this.#lines,
      escape: this.#escape,
      directives: this.#directives.directives,
      emptyContinuationLines: this.#emptyContinuationLines,
    };
  }

  #readOne(): void {
    const startLine = this.#at + 1;
    const raw = this.#next();
    const isDirective = this.#readDirective(trimNewline(raw).trimStart());
    if (isComment(raw)) {
      const comment = raw.slice(1).trim();
      if (comment === '') this.#comments = [];
      else if (!isDirective) this.#comments.push(comment);
      return;
    }
    const { code, isEmpty } = this.#join(trimNewline(raw).trimStart());
    if (isEmpty) return;
    const range = { startLine, endLine: this.#at };
    const heredocs = this.#readHeredocs(code, range);
    this.#lines.push({
      code,
      heredocs,
      comments: this.#comments,
      range: { startLine, endLine: this.#at },
    });
    this.#comments = [];
  }

  /** The instruction that begins with `first`, its continuations taken along. */
  #join(first: string): { code: string; isEmpty: boolean } {
    let { content: code, continues } = cutContinuation(first, this.#escape);
    if (code === '' && !continues) return { code, isEmpty: true };
    let hasEmptyLine = false;
    while (continues && this.#at < this.#source.length) {
      const raw = this.#next();
      if (isComment(raw)) continue;
      if (raw.trim() === '') {
        hasEmptyLine = true;
        continue;
      }
      const cut = cutContinuation(trimNewline(raw), this.#escape);
      code += cut.content;
      continues = cut.continues;
    }
    if (hasEmptyLine) this.#emptyContinuationLines.push(this.#at);
    return { code, isEmpty: false };
  }

  #readDirective(line: string): boolean {
    try {
      const directive = this.#directives.read(line);
      if (directive?.name === 'escape') this.#escape = escapeToken(directive.value);
      return directive !== undefined;
    } catch (error) {
      // Docker counts here from the line before.
      throw withSource(error, { ranges: [{ startLine: this.#at - 1, endLine: this.#at - 1 }] });
    }
  }

  #readHeredocs(code: string, range: SourceRange): Heredoc[] {
    if (!code.includes('<<') || !mayHaveHeredocs(code, this.#escape)) return [];
    return heredocMarks(code).map((mark) => this.#readHeredoc(mark, range));
  }

  #readHeredoc(mark: HeredocMark, { startLine }: SourceRange): Heredoc {
    let content = '';
    while (this.#at < this.#source.length) {
      const line = this.#next();
      const end = trimNewline(line);
      if ((mark.chomp ? end.replace(/^\t+/, '') : end) === mark.name) return { ...mark, content };
      content += line;
    }
    throw withSource(new SyntaxMistake('unterminated heredoc'), {
      ranges: [{ startLine, endLine: this.#at }],
    });
  }

  #next(): string {
    const line = this.#source[this.#at] ?? '';
    this.#at += 1;
    // Only a line that could be too long is measured.
    const isLong = line.length * 3 > lineBytesMax;
    if (isLong && new TextEncoder().encode(line).length > lineBytesMax)
      throw this.#error(
        `dockerfile line greater than max allowed size of ${lineBytesMax}`,
        this.#at - 1,
      );
    return line;
  }

  #error(message: string, line: number): Error {
    return withSource(new SyntaxMistake(message), {
      ranges: [{ startLine: line, endLine: line }],
    });
  }
}

/** RUN, COPY and ADD in shell form, by themselves or as a trigger. */
function mayHaveHeredocs(code: string, escape: string): boolean {
  const outer = splitInstruction(code, escape);
  const { keyword, rest } =
    outer.keyword.toLowerCase() === 'onbuild' ? splitInstruction(outer.rest, escape) : outer;
  if (!['run', 'copy', 'add'].includes(keyword.toLowerCase())) return false;
  try {
    return jsonWords(rest) === undefined;
  } catch {
    return false;
  }
}

function trimNewline(line: string): string {
  return line.replace(/[\r\n]+$/, '');
}

function isComment(line: string): boolean {
  return line.trimStart().startsWith('#');
}

/** A line that ends in the escape character goes on, unless another one stands before it. */
function cutContinuation(line: string, escape: string): { content: string; continues: boolean } {
  const trimmed = line.replace(/[ \t]+$/, '');
  if (!trimmed.endsWith(escape) || trimmed.endsWith(escape + escape))
    return { content: line, continues: false };
  return { content: trimmed.slice(0, -1), continues: true };
}
