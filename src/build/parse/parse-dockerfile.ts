/** Text becomes a typed Dockerfile. */
import { errorMessage, KindError } from '../../lib/errors.ts';
import type { Dockerfile, Instruction, Stage } from '../instruction.ts';
import { SourceError, withSource, type SourceFile, type SourceRange } from '../source.ts';
import { SyntaxMistake } from './instruction-input.ts';
import { readLogicalLines, type LogicalLine } from './logical-lines.ts';
import { parseFrom } from './parse-from.ts';
import { parseInstruction } from './parse-instruction.ts';

/** More text than this is no Dockerfile: what a client sends is read into memory whole. */
export const dockerfileBytesMax = 2 * 1024 * 1024;

export interface ParseOptions {
  /** As error frames name it. */
  readonly filename: string;
}

/** Rejects with a `SourceError`, its message Docker's. */
export function parseDockerfile(text: string, { filename }: ParseOptions): Dockerfile {
  const source = { filename, text };
  if (text === '') throw new KindError('invalidParameter', 'the Dockerfile cannot be empty');
  if (text.length > dockerfileBytesMax) {
    const limit = `at most ${dockerfileBytesMax}, not ${text.length}`;
    throw new KindError('invalidParameter', `Dockerfile is too large: characters ${limit}`);
  }
  const { lines, escape, directives, emptyContinuationLines } = located(source, () =>
    readLogicalLines(text),
  );
  const parsed = parseLines(source, lines, escape);
  return { source, directives, escape, emptyContinuationLines, ...sortStages(source, parsed) };
}

type Parsed = Stage | Instruction;

/** A mistake in how a line is written is told before any mistake of an instruction. */
function parseLines(source: SourceFile, lines: readonly LogicalLine[], escape: string): Parsed[] {
  let first: Error | undefined;
  const parsed: Parsed[] = [];
  for (const line of lines) {
    try {
      const keyword = /^\S*/.exec(line.code.trim())?.[0] ?? '';
      const parse = keyword.toLowerCase() === 'from' ? parseFrom : parseInstruction;
      parsed.push(parse(line, escape));
    } catch (cause) {
      const place = { ranges: [line.range], source };
      if (cause instanceof SyntaxMistake) throw withSource(cause, place);
      const message = `dockerfile parse error on line ${line.range.startLine}: ${errorMessage(cause)}`;
      first ??= new SourceError(message, { ...place, cause });
    }
  }
  if (first !== undefined) throw first;
  return parsed;
}

function sortStages(source: SourceFile, parsed: readonly Parsed[]) {
  const globalArgs: Dockerfile['globalArgs'][number][] = [];
  const stages: (Omit<Stage, 'instructions'> & { instructions: Instruction[] })[] = [];
  for (const item of parsed) {
    const stage = stages.at(-1);
    if (item.name === 'FROM') stages.push({ ...item, instructions: [] });
    else if (stage !== undefined) stage.instructions.push(item);
    else if (item.name === 'ARG') globalArgs.push(item);
    else
      throw new SourceError('no build stage in current context', { ranges: [item.range], source });
  }
  return { globalArgs, stages };
}

/** What an ONBUILD trigger says. Its lines are those of the FROM that brought it. */
export function parseTrigger(trigger: string, range: SourceRange): Instruction {
  const { lines, escape } = readLogicalLines(trigger);
  const [line] = lines;
  if (line === undefined || lines.length !== 1)
    throw new KindError('invalidParameter', 'onbuild trigger should be a single expression');
  return parseInstruction({ ...line, range }, escape);
}

function located<Result>(source: SourceFile, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw withSource(error, { ranges: [], source });
  }
}
