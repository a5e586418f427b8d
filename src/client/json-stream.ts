/** JSON values separated by white space or newlines, as the engine streams progress and events. */
import { KindError } from '../lib/errors.ts';

/** Longest line that is held while it is incomplete. */
const lineCharactersMax = 4 * 1024 * 1024;

/** Yields each line's value as it arrives; ends with the stream. */
export async function* jsonLines<T>(
  stream: ReadableStream<Uint8Array>,
  // The wire types are the contract with the engine; conformance tests hold it.
  parse: (line: string) => T = (line) => JSON.parse(line) as T,
): AsyncGenerator<T, void> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const lines = rest.split('\n');
      rest = done ? '' : (lines.pop() ?? '');
      if (rest.length > lineCharactersMax) throw new KindError('system', 'JSON line too long');
      for (const line of lines) if (line.trim() !== '') yield parse(line);
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
