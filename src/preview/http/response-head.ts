/** The head of a response (RFC 9112 sections 4 and 6.3): how its body ends, and whether another may follow. */
import type { BodyLength } from '../../lib/http/body-reader.ts';
import { MalformedHeadError, parseFields } from '../../lib/http/head.ts';

/** Name in lower case and value; a name may come several times. */
export type Field = readonly [name: string, value: string];

export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly Field[];
  readonly length: BodyLength;
  /** The server is ready for another request on the connection, once the body was read. */
  readonly keepsAlive: boolean;
}

/** `text` ends before the empty line; `method` is the request's. Throws MalformedHeadError. */
export function parseResponseHead(text: string, method: string): ResponseHead {
  const [statusLine = '', ...lines] = text.split(/\r?\n/);
  const [, minor, status = '', reason = ''] =
    /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([^\0\r\n]*))?$/.exec(statusLine) ?? [];
  if (minor === undefined) throw new MalformedHeadError('malformed HTTP status line');
  const values = parseFields(lines);
  const length = bodyLength(values, { status: Number(status), method });
  const options = tokens(values.get('connection'));
  const keepsAlive =
    length !== 'toEnd' &&
    !options.includes('close') &&
    (minor === '1' || options.includes('keep-alive'));
  const fields = [...values].flatMap(([name, list]) => list.map((value): Field => [name, value]));
  return { status: Number(status), reason, fields, length, keepsAlive };
}

function bodyLength(
  values: ReadonlyMap<string, readonly string[]>,
  { status, method }: { readonly status: number; readonly method: string },
): BodyLength {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return 0;
  const encodings = tokens(values.get('transfer-encoding'));
  if (encodings.length > 0) {
    if (encodings.length > 1 || encodings[0] !== 'chunked')
      throw new MalformedHeadError(`unsupported transfer encoding: ${encodings.join(', ')}`);
    return 'chunked';
  }
  const lengths = new Set((values.get('content-length') ?? []).flatMap((value) => split(value)));
  const [text] = lengths;
  if (text === undefined) return 'toEnd';
  if (lengths.size > 1 || !/^\d{1,15}$/.test(text))
    throw new MalformedHeadError('invalid Content-Length');
  return Number(text);
}

function tokens(values: readonly string[] = []): string[] {
  return values.flatMap((value) => split(value.toLowerCase())).filter((part) => part !== '');
}

function split(value: string): string[] {
  return value.split(',').map((part) => part.trim());
}
