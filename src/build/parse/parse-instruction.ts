/** The second step of reading a Dockerfile: a line becomes an instruction, or Docker's own complaint. */
import { suggestion } from '../../lib/suggest.ts';
import type { Instruction, InstructionBody } from '../instruction.ts';
import { configParsers, parseArg, parseMaintainer, parseShell } from './config-instructions.ts';
import { parseAdd, parseCopy } from './copy-instructions.ts';
import { invalid, type InstructionInput, type InstructionParser } from './instruction-input.ts';
import type { LogicalLine } from './logical-lines.ts';
import { parseRun } from './run-instruction.ts';
import { splitInstruction } from './split-instruction.ts';

const parsers: Readonly<Record<string, InstructionParser<InstructionBody>>> = {
  ...configParsers,
  add: parseAdd,
  arg: parseArg,
  copy: parseCopy,
  maintainer: parseMaintainer,
  run: parseRun,
  shell: parseShell,
};

const instructionNames = [...Object.keys(parsers), 'from'].sort().map((name) => name.toUpperCase());

/** Rejects `invalidParameter` with Docker's words; the caller adds the lines. */
export function parseInstruction(line: LogicalLine, escape: string): Instruction {
  const input = instructionInput(line, escape);
  const name = input.keyword.toLowerCase();
  const parse = Object.hasOwn(parsers, name) ? parsers[name] : undefined;
  if (parse === undefined) throw unknownInstruction(input.keyword);
  const body = parse(input);
  const { range, comments } = line;
  return { ...body, range, comments, keyword: input.keyword, code: line.code.trim() };
}

export function instructionInput(line: LogicalLine, escape: string): InstructionInput {
  const { code, heredocs, comments } = line;
  return { ...splitInstruction(code, escape), escape, code, heredocs, comments };
}

function unknownInstruction(keyword: string): Error {
  const hint = suggestion(keyword, instructionNames, { caseSensitive: false });
  return invalid(`unknown instruction: ${keyword}${hint}`);
}
