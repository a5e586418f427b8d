/**
 * The head of a request (RFC 9112 sections 3 and 5), as strict and as lenient as Go's net/http, whose answers
 * clients of Docker know. A parser of our own rather than a library's: it must stop exactly behind a head, because
 * what follows may be a hijacked stream, and it must run where there is no Buffer.
 */
import { MalformedHeadError, parseFields, token } from '../../../lib/http/head.ts';
import { HttpError } from './http-error.ts';

export interface RequestHead {
  readonly method: string;
  readonly target: string;
  /** Minor version of HTTP/1. */
  readonly minorVersion: number;
  /** Names in lower case, values of one name joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBodyLength;
}

export type RequestBodyLength = 'none' | 'chunked' | number;

const hostCharacters = /^[!$%&'()*+,\-.:;=@[\]_~0-9A-Za-z]*$/;

/** `text` ends before the empty line. Throws HttpError. */
export function parseRequestHead(text: string): RequestHead {
  const lines = text.split(/\r?\n/);
  const { method, target, minorVersion } = parseRequestLine(lines[0] ?? '');
  const fields = fieldsOf(lines.slice(1));
  checkHost(fields, minorVersion);
  const body = bodyLength(fields, minorVersion);
  const headers = Object.fromEntries(
    [...fields].map(([name, values]) => [name, values.join(', ')]),
  );
  return { method, target, minorVersion, headers, body };
}

/** Whether the connection may serve another request after this one. */
export function wantsKeepAlive({ minorVersion, headers }: RequestHead): boolean {
  const options = (headers['connection'] ?? '').toLowerCase().split(/\s*,\s*/);
  if (options.includes('close')) return false;
  return minorVersion >= 1 || options.includes('keep-alive');
}

function parseRequestLine(line: string): {
  method: string;
  target: string;
  minorVersion: number;
} {
  const match = /^([^ ]+) ([^ ]+) HTTP\/(\d)\.(\d)$/.exec(line);
  const [, method = '', target = '', major, minor] = match ?? [];
  if (match === null || !token.test(method)) throw new HttpError(400);
  if (major !== '1') throw new HttpError(505, 'unsupported protocol version');
  if (!/^(\/|https?:\/\/|\*$)/.test(target) || /[\0-\x20\x7f]/.test(target))
    throw new HttpError(400);
  return { method, target, minorVersion: Number(minor) };
}

function fieldsOf(lines: readonly string[]): Map<string, string[]> {
  try {
    return parseFields(lines);
  } catch (error) {
    if (error instanceof MalformedHeadError) throw new HttpError(400, error.message);
    throw error;
  }
}

function checkHost(fields: ReadonlyMap<string, readonly string[]>, minorVersion: number): void {
  const hosts = fields.get('host') ?? [];
  if (hosts.length > 1) throw new HttpError(400, 'too many Host headers');
  if (hosts.length === 0 && minorVersion >= 1)
    throw new HttpError(400, 'missing required Host header');
  if (!hostCharacters.test(hosts[0] ?? '')) throw new HttpError(400, 'malformed Host header');
}

/** A chunked body wins over a length that is also told. */
function bodyLength(
  fields: ReadonlyMap<string, readonly string[]>,
  minorVersion: number,
): RequestBodyLength {
  const encodings = fields.get('transfer-encoding');
  if (encodings !== undefined && minorVersion >= 1) {
    if (encodings.length !== 1 || encodings[0]?.toLowerCase() !== 'chunked')
      throw new HttpError(501);
    return 'chunked';
  }
  const lengths = new Set(fields.get('content-length') ?? []);
  if (lengths.size === 0) return 'none';
  const [text = ''] = lengths;
  if (lengths.size > 1 || !/^\d{1,15}$/.test(text)) throw new HttpError(400);
  return Number(text) === 0 ? 'none' : Number(text);
}
