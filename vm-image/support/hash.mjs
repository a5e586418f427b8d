/** Hashes of files and bytes, as lower-case hex. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

export function sha256OfBytes(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

export async function sha256OfFile(path) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
