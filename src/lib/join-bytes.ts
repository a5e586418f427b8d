/** Pieces of a stream as one array. When only one of them holds anything it is not copied. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const parts = pieces.filter(({ length }) => length > 0);
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
