/** A note of the program's own among its output. */
import type { Output } from '../output.ts';

const plainHeader = ' Info -> ';
const header = '\x1b[1m\x1b[106m\x1b[30mi\x1b[0m \x1b[96mInfo → \x1b[0m\x1b[0m';
/** `i Info → ` */
const headerColumns = 9;

export async function printNote(output: Output, text: string): Promise<void> {
  const lines = text.split('\n');
  const shown = output.terminal
    ? lines.map(
        (line) => `\x1b[3m${line.replaceAll('--platform', '\x1b[1m--platform\x1b[0m')}\x1b[0m`,
      )
    : lines;
  const [first = '', ...rest] = shown;
  const margin = ' '.repeat(headerColumns);
  const head = output.terminal ? header : plainHeader;
  await output.write(`\n${head}${first}\n${rest.map((line) => `${margin}${line}\n`).join('')}`);
}
