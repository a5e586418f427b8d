/** Compresses a file of the machine, whose own processor would take seven times as long. */
import type { Guest } from '../../guest/guest.ts';
import { gzip } from '../../image/gzip-encoder.ts';
import { readContent } from './read-content.ts';

/** `path` becomes `path.gz`, whole or not at all. */
export async function compressFile(guest: Guest, path: string): Promise<void> {
  const unfinished = `${path}.gz.tmp`;
  const cause = 'Keep the part of the log that was put aside in less space';
  await guest.apply({ before: [{ operation: { op: 'removeTree', path: unfinished }, cause }] });
  const appender = await guest.appendFile(unfinished, { mode: 0o640 });
  try {
    for await (const chunk of gzip(readContent(guest, path))) await appender.write(chunk);
  } finally {
    await appender.close();
  }
  await guest.apply({
    before: [
      { operation: { op: 'rename', from: unfinished, to: `${path}.gz` }, cause },
      { operation: { op: 'removeTree', path }, cause },
    ],
  });
}
