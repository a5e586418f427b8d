/** `COPY` and `ADD`. */
import type { CopyInstruction, InlineFile } from '../instruction.ts';
import { chompTabs, parseHeredocMark } from './heredoc.ts';
import { readFlags } from './instruction-flags.ts';
import { invalid, type InstructionInput } from './instruction-input.ts';
import { jsonWords, spacedWords } from './words.ts';

export function parseCopy(input: InstructionInput): CopyInstruction {
  const words = sourcesAndDestination('COPY', input);
  const flags = readFlags(input.flags, {
    chown: 'string',
    from: 'string',
    chmod: 'string',
    link: 'bool',
    exclude: 'strings',
    parents: 'bool',
  });
  const from = flags.text('from');
  return {
    name: 'COPY',
    ...split('COPY', words, input),
    ...(from === '' ? {} : { from }),
    chown: flags.text('chown'),
    chmod: flags.text('chmod'),
    link: flags.isTrue('link'),
    parents: flags.isTrue('parents'),
    excludes: flags.texts('exclude'),
    checksum: '',
  };
}

export function parseAdd(input: InstructionInput): CopyInstruction {
  const words = sourcesAndDestination('ADD', input);
  const flags = readFlags(input.flags, {
    chown: 'string',
    chmod: 'string',
    link: 'bool',
    'keep-git-dir': 'bool',
    checksum: 'string',
    unpack: 'bool',
    exclude: 'strings',
  });
  return {
    name: 'ADD',
    ...split('ADD', words, input),
    chown: flags.text('chown'),
    chmod: flags.text('chmod'),
    link: flags.isTrue('link'),
    parents: false,
    excludes: flags.texts('exclude'),
    checksum: flags.text('checksum'),
    ...(flags.has('keep-git-dir') ? { keepGitDir: flags.isTrue('keep-git-dir') } : {}),
    ...(flags.has('unpack') ? { unpack: flags.isTrue('unpack') } : {}),
  };
}

function sourcesAndDestination(name: string, { rest }: InstructionInput): string[] {
  const words = jsonWords(rest) ?? spacedWords(rest);
  if (words.length >= 2) return words;
  throw invalid(
    `${name} requires at least two arguments, but only one was provided. Destination could not be determined`,
  );
}

function split(name: string, words: readonly string[], { heredocs }: InstructionInput) {
  const destination = words.at(-1) ?? '';
  if (parseHeredocMark(destination) !== undefined)
    throw invalid(`${name} cannot accept a heredoc as a destination`);
  const sources: string[] = [];
  const files: InlineFile[] = [];
  for (const word of words.slice(0, -1)) {
    const mark = parseHeredocMark(word);
    if (mark === undefined) {
      sources.push(word);
      continue;
    }
    const content = heredocs.findLast((heredoc) => heredoc.name === mark.name)?.content ?? '';
    const file = { name: mark.name, expand: mark.expand };
    files.push({ ...file, content: mark.chomp ? chompTabs(content) : content });
  }
  return { sources, files, destination };
}
