/** One request as a route sees it: path parameters, query and a body of bounded size. */
import type { ApiRequest } from '../../api/http.ts';
import { apiVersion } from '../../api/system.ts';
import { errorMessage, KindError } from '../../lib/errors.ts';
import { atoi } from '../../lib/go-numbers.ts';
import { isRecord } from '../../lib/json.ts';
import type { Filters } from './backend/filters.ts';
import { goKind } from './decode.ts';
import { parseGoJson, unexpectedContent } from '../../lib/go-json.ts';
import { joinBytes } from '../../lib/join-bytes.ts';

/** The largest JSON body taken: a create request with a seccomp profile is about 20 KB. */
export const bodySizeBytesMax = 4 * 1024 * 1024;

export class RouteRequest {
  readonly query: URLSearchParams;
  readonly #request: ApiRequest;
  readonly #parameters: Readonly<Record<string, string>>;
  readonly #version: string;

  constructor(
    request: ApiRequest,
    route: {
      readonly query: string;
      readonly parameters: Readonly<Record<string, string>>;
      readonly version?: string | undefined;
    },
  ) {
    this.#request = request;
    this.query = new URLSearchParams(route.query);
    this.#parameters = route.parameters;
    this.#version = route.version ?? apiVersion;
  }

  get signal(): AbortSignal | undefined {
    return this.#request.signal;
  }

  header(name: string): string | undefined {
    return this.#request.headers[name];
  }

  parameter(name: string): string {
    return this.#parameters[name] ?? '';
  }

  versionAtLeast(version: string): boolean {
    return compareVersions(this.#version, version) >= 0;
  }

  /** Docker's reading of booleans: absent, `0`, `no`, `false` and `none` are false. */
  flag(name: string, absent = false): boolean {
    const value = this.query.get(name);
    if (value === null) return absent;
    return !['', '0', 'no', 'false', 'none'].includes(value.trim().toLowerCase());
  }

  text(name: string): string {
    return this.query.get(name) ?? '';
  }

  /** Every value of a name that may be given more than once. */
  texts(name: string): string[] {
    return this.query.getAll(name);
  }

  /** The body as it comes, for what may be too large to be held. */
  stream(): ReadableStream<Uint8Array> {
    const { body } = this.#request;
    if (body instanceof ReadableStream) return body;
    return new ReadableStream({
      start(controller) {
        if (body !== undefined && body.length > 0) controller.enqueue(body);
        controller.close();
      },
    });
  }

  /** A whole number, or undefined when absent or empty. dockerd answers 500 to anything else. */
  integer(name: string): number | undefined {
    const text = this.text(name);
    if (text === '') return undefined;
    return atoi(text);
  }

  /** `filters` in either of its two forms: lists of values, or objects with the values as keys. */
  filters(): Filters {
    const text = this.text('filters');
    if (text === '') return new Map();
    const value = parseFilters(text);
    if (!isRecord(value)) throw new KindError('invalidParameter', 'invalid filter');
    return new Map(
      Object.entries(value).map(([name, values]) => {
        if (Array.isArray(values)) return [name, values.map(String)];
        if (!isRecord(values)) throw new KindError('invalidParameter', 'invalid filter');
        return [name, Object.keys(values).filter((key) => values[key] === true)];
      }),
    );
  }

  /** The body as a JSON object of the type `go`; an absent one is `{}` unless it is required. */
  async json(
    options: { readonly go?: string; readonly required?: boolean } = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const body = await this.#body();
    const type = this.header('content-type');
    const absent = body.length === 0 && options.required !== true;
    if (absent && type === undefined) return {};
    if (type !== undefined || body.length > 0) checkJsonType(type ?? '');
    if (absent) return {};
    const value = parseBody(new TextDecoder().decode(body));
    if (value === null) return {};
    if (!isRecord(value)) throw notAnObject(value, options.go ?? 'struct');
    return value;
  }

  /** The body as it comes, of any size. */
  async *bytes(): AsyncGenerator<Uint8Array, void, void> {
    const { body } = this.#request;
    if (body !== undefined) yield* body instanceof Uint8Array ? [body] : body;
  }

  async #body(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of this.bytes()) {
      sizeBytes += chunk.length;
      if (sizeBytes > bodySizeBytesMax)
        throw new KindError('invalidParameter', 'http: request body too large');
      chunks.push(chunk);
    }
    return joinBytes(chunks);
  }
}

/** Negative, zero or positive; `1.9` comes before `1.24`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function checkJsonType(type: string): void {
  const mimeType = (type.split(';')[0] ?? '').trim().toLowerCase();
  if (mimeType === '')
    throw new KindError(
      'invalidParameter',
      `malformed Content-Type header (${type}): mime: no media type`,
    );
  if (mimeType !== 'application/json') {
    const message = `unsupported Content-Type header (${type}): must be 'application/json'`;
    throw new KindError('invalidParameter', message);
  }
}

function notAnObject(value: unknown, go: string): KindError {
  const detail = `json: cannot unmarshal ${goKind(value)} into Go value of type ${go}`;
  return new KindError('invalidParameter', `invalid JSON: ${detail}`);
}

function parseFilters(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KindError('invalidParameter', 'invalid filter', { cause });
  }
}

function parseBody(text: string): unknown {
  try {
    return parseGoJson(text);
  } catch (cause) {
    const reason = errorMessage(cause);
    if (reason === unexpectedContent) throw new KindError('invalidParameter', reason, { cause });
    const told = reason === 'EOF' ? 'got EOF while reading request body' : reason;
    throw new KindError('invalidParameter', `invalid JSON: ${told}`, { cause });
  }
}
