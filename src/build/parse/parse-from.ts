/** `FROM`: the beginning of a stage. */
import type { Stage } from '../instruction.ts';
import { describe } from './config-instructions.ts';
import { readFlags } from './instruction-flags.ts';
import { invalid } from './instruction-input.ts';
import type { LogicalLine } from './logical-lines.ts';
import { instructionInput } from './parse-instruction.ts';
import { spacedWords } from './words.ts';

/** A stage without instructions yet. Rejects `invalidParameter`. */
export function parseFrom(line: LogicalLine, escape: string): Stage {
  const { rest, flags, keyword } = instructionInput(line, escape);
  const words = spacedWords(rest);
  const stageName = buildStageName(words);
  const platform = readFlags(flags, { platform: 'string' }).text('platform');
  const description = describe(line.comments, stageName);
  return {
    name: 'FROM',
    stageName,
    baseName: words[0] ?? '',
    platform,
    words,
    ...(description === undefined ? {} : { description }),
    instructions: [],
    range: line.range,
    comments: line.comments,
    keyword,
    code: line.code.trim(),
  };
}

function buildStageName(words: readonly string[]): string {
  const [, as = '', written = ''] = words;
  if (words.length === 3 && as.toLowerCase() === 'as') {
    const name = written.toLowerCase();
    if (/^[a-z][a-z0-9-_.]*$/.test(name)) return name;
    const quoted = JSON.stringify(written);
    throw invalid(
      `invalid name for build stage: ${quoted}, name can't start with a number or contain symbols`,
    );
  }
  if (words.length !== 1) throw invalid('FROM requires either one or three arguments');
  return '';
}
