/** What the parser of one instruction is given. */
import { KindError } from '../../lib/errors.ts';
import type { Heredoc } from '../instruction.ts';

export interface InstructionInput {
  readonly keyword: string;
  /** What follows the flags, trimmed. */
  readonly rest: string;
  readonly flags: readonly string[];
  readonly escape: string;
  readonly code: string;
  readonly heredocs: readonly Heredoc[];
  readonly comments: readonly string[];
}

/** Rejects `invalidParameter` with Docker's words. */
export type InstructionParser<Result> = (input: InstructionInput) => Result;

export function atLeastOne(name: string): KindError {
  return invalid(`${name} requires at least one argument`);
}

export function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}

/** A mistake in how a line is written: Docker looks for those in the whole file before it reads any instruction. */
export class SyntaxMistake extends KindError {
  constructor(message: string) {
    super('invalidParameter', message);
    this.name = 'SyntaxMistake';
  }
}
