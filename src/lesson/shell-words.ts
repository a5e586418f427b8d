/** Words and commands for the machine's shell. */
import { encodeBase64Text } from '../lib/base64.ts';

/** One word, whatever it holds. */
export function quoteShell(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command that writes the text to the path, whatever the text holds. */
export function saveCommand(path: string, text: string): string {
  const quoted = quoteShell(path);
  const lines = encodeBase64Text(text).replace(/.{76}/g, '$&\n');
  return `mkdir -p "$(dirname ${quoted})" && base64 -d > ${quoted} <<'BOTTLESHIP'\n${lines}\nBOTTLESHIP\n`;
}
