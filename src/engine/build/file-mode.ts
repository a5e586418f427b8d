/** `--chmod`: octal, or symbolic as chmod(1) has it. */

const who: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 };

/** `text` was checked when the instruction was read. The umask counts as 0. */
export function changeMode(
  text: string,
  { mode, isDirectory }: { readonly mode: number; readonly isDirectory: boolean },
): number {
  if (/^[0-7]+$/.test(text)) return parseInt(text, 8);
  // `X` asks for what was there before any clause, as BSD's chmod and BuildKit have it.
  const mayRun = isDirectory || (mode & 0o111) !== 0;
  return text.split(',').reduce((before, clause) => applyClause(clause, before, mayRun), mode);
}

function applyClause(clause: string, mode: number, mayRun: boolean): number {
  const [, names = '', actions = ''] = /^([ugoa]*)(.*)$/.exec(clause) ?? [];
  const mask = [...(names === '' ? 'a' : names)].reduce((sum, name) => sum | (who[name] ?? 0), 0);
  let result = mode;
  for (const [, sign, letters = ''] of actions.matchAll(/([-+=])([rwxXstugo]*)/g)) {
    const bits = permissionBits(letters, result, mayRun) & mask;
    if (sign === '+') result |= bits;
    else if (sign === '-') result &= ~bits;
    else result = (result & ~(mask & 0o777)) | bits;
  }
  return result;
}

function permissionBits(letters: string, mode: number, mayRun: boolean): number {
  const spread = (three: number) => three * 0o111;
  return [...letters].reduce((bits, letter) => {
    switch (letter) {
      case 'r':
        return bits | 0o444;
      case 'w':
        return bits | 0o222;
      case 'x':
        return bits | 0o111;
      case 'X':
        return mayRun ? bits | 0o111 : bits;
      case 's':
        return bits | 0o6000;
      case 't':
        return bits | 0o1000;
      case 'u':
        return bits | spread((mode >> 6) & 7);
      case 'g':
        return bits | spread((mode >> 3) & 7);
      default:
        return bits | spread(mode & 7);
    }
  }, 0);
}
