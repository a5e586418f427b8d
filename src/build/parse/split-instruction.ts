/** One instruction on one line: its keyword, the flags in front, and the rest. */

export interface SplitInstruction {
  /** As written: `ENV` or `env`. */
  readonly keyword: string;
  /** `--interval=5s` and the like, without quotes. */
  readonly flags: readonly string[];
  readonly rest: string;
}

export function splitInstruction(line: string, escape: string): SplitInstruction {
  const [, keyword = '', args = ''] =
    /^([^\t\v\f\r ]+)(?:[\t\v\f\r ]+([\s\S]*))?$/.exec(line.trim()) ?? [];
  const { flags, rest } = takeFlags(args, escape);
  return { keyword, flags, rest: rest.trim() };
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
