/** What the heads of requests and responses have in common (RFC 9112 section 5), as lenient as Go's net/http. */

/** A head that is not HTTP. `message` is a detail that Go's server tells, or nothing. */
export class MalformedHeadError extends Error {
  override readonly name = 'MalformedHeadError';
}

export const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Length of the head and where the body starts; lines may end in LF alone, as Go allows. */
export function endOfHead(
  bytes: Uint8Array,
  from: number,
): { readonly length: number; readonly next: number } | undefined {
  for (let at = bytes.indexOf(10, from); at >= 0; at = bytes.indexOf(10, at + 1)) {
    const end = bytes[at - 1] === 13 ? at - 1 : at;
    if (bytes[at + 1] === 10) return { length: end, next: at + 2 };
    if (bytes[at + 1] === 13 && bytes[at + 2] === 10) return { length: end, next: at + 3 };
  }
  return undefined;
}

/** Header lines to values by name in lower case. Throws MalformedHeadError. */
export function parseFields(lines: readonly string[]): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  let last: string[] | undefined;
  for (const line of lines) {
    if (/^[ \t]/.test(line)) {
      // A continuation line: obsolete, but Go joins it.
      if (last === undefined) throw new MalformedHeadError();
      last.push(`${last.pop() ?? ''} ${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    if (!token.test(name)) throw new MalformedHeadError();
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
    if (/[\0-\x08\x0a-\x1f\x7f]/.test(value)) throw new MalformedHeadError('invalid header value');
    last = fields.get(name.toLowerCase()) ?? [];
    last.push(value);
    fields.set(name.toLowerCase(), last);
  }
  return fields;
}
