/**
 * What a registry answers instead of content, in the words Docker has for it. The codes are those of
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes.
 */
import { KindError, type ErrorKind } from '../lib/errors.ts';
import { familiarName, familiarText, type Reference } from '../image/reference.ts';
import { parseChallenges } from '../lib/challenge.ts';
import { joinBytes } from '../lib/join-bytes.ts';

const errorBodyBytesMax = 64 * 1024;

export interface RegistryFailure {
  readonly status: number;
  /** The distribution API's code, when the answer had one. */
  readonly code?: string;
  readonly retryAfterSeconds?: number;
}

/** A registry's refusal. */
export class RegistryError extends KindError {
  readonly failure: RegistryFailure;

  constructor(kind: ErrorKind, message: string, failure: RegistryFailure) {
    super(kind, message);
    this.failure = failure;
  }

  /** Whether the same request may succeed later, as Docker judges it. */
  get isTemporary(): boolean {
    return this.failure.status >= 500;
  }
}

/** Reads the error out of a response that is none of the successes. */
export async function readRegistryError(response: Response): Promise<RegistryError> {
  const { status } = response;
  const text = await readText(response, errorBodyBytesMax).catch(() => '');
  const [first] = parseErrors(text);
  const retryAfter = Number(response.headers.get('retry-after') ?? NaN);
  const failure = {
    status,
    ...(Number.isFinite(retryAfter) && retryAfter >= 0 ? { retryAfterSeconds: retryAfter } : {}),
  };
  if (status >= 500) return serverError(response, { failure, first });
  const oauth = oauthError(response);
  if (oauth !== undefined) return codeError(oauth, failure);
  if (first !== undefined) return codeError(first, failure);
  return codeError(
    { code: codeOfStatus(status), message: text.trim() || statusText(response) },
    failure,
  );
}

/** Docker's words for a whole pull, from those for one request. */
export function translatePullError(error: unknown, reference: Reference): unknown {
  if (!(error instanceof RegistryError)) return error;
  const { code } = error.failure;
  const context =
    code === 'DENIED'
      ? `pull access denied for ${familiarName(reference)}, repository does not exist or may require 'docker login'`
      : code === 'MANIFEST_UNKNOWN'
        ? `manifest for ${familiarText(reference)} not found`
        : code === 'NAME_UNKNOWN'
          ? `repository ${familiarName(reference)} not found`
          : undefined;
  if (context === undefined) return error;
  return new KindError('notFound', `${context}: ${error.message}`, { cause: error });
}

interface CodedError {
  readonly code: string;
  readonly message: string;
}

/** As Go prints it: the code in lower case with spaces, a colon, the message. */
function codeError({ code, message }: CodedError, failure: RegistryFailure): RegistryError {
  const text = `${code.toLowerCase().replaceAll('_', ' ')}: ${message}`;
  const isMissing = failure.status === 404;
  // The rest is a server error in Docker's API, not a 401: that would make its CLI ask for a password.
  return new RegistryError(isMissing ? 'notFound' : 'system', text, { ...failure, code });
}

/** Our own proxy says why it could not ask; of other servers only the status is worth showing. */
function serverError(
  response: Response,
  { failure, first }: { failure: RegistryFailure; first: CodedError | undefined },
): RegistryError {
  if (first?.code === 'UNAVAILABLE')
    return new RegistryError('unavailable', first.message, failure);
  return new RegistryError(
    'unavailable',
    `received unexpected HTTP status: ${statusText(response)}`,
    failure,
  );
}

/** https://www.rfc-editor.org/rfc/rfc6750#section-3.1 */
function oauthError(response: Response): CodedError | undefined {
  for (const { scheme, parameters } of parseChallenges(
    response.headers.get('www-authenticate') ?? '',
  )) {
    if (scheme !== 'bearer') continue;
    const message = parameters['error_description'];
    if (parameters['error'] === 'insufficient_scope') {
      return { code: 'DENIED', message: message ?? 'requested access to the resource is denied' };
    }
    if (parameters['error'] === 'invalid_token') {
      return { code: 'UNAUTHORIZED', message: message ?? 'authentication required' };
    }
  }
  return undefined;
}

function parseErrors(text: string): CodedError[] {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return [];
  }
  if (typeof body !== 'object' || body === null) return [];
  if ('details' in body && typeof body.details === 'string') {
    return [{ code: 'UNKNOWN', message: body.details }];
  }
  const errors: unknown[] = 'errors' in body && Array.isArray(body.errors) ? body.errors : [];
  return errors.flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null || !('code' in entry)) return [];
    const code = String(entry.code);
    const message = 'message' in entry && typeof entry.message === 'string' ? entry.message : '';
    return [{ code, message: message || (defaultMessages[code] ?? 'unknown error') }];
  });
}

const defaultMessages: Readonly<Record<string, string>> = {
  UNAUTHORIZED: 'authentication required',
  DENIED: 'requested access to the resource is denied',
  MANIFEST_UNKNOWN: 'manifest unknown',
  NAME_UNKNOWN: 'repository name not known to registry',
  BLOB_UNKNOWN: 'blob unknown to registry',
  TOOMANYREQUESTS: 'too many requests',
};

function codeOfStatus(status: number): string {
  if (status === 401) return 'UNAUTHORIZED';
  if (status === 403) return 'DENIED';
  if (status === 429) return 'TOOMANYREQUESTS';
  return 'UNKNOWN';
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** HTTP/2 sends no reason phrase. */
function statusText({ status, statusText }: Response): string {
  return `${status} ${statusText || (reasons[status] ?? '')}`.trim();
}

/** The body as bytes, at most `bytesMax`; `tooLarge` makes the error for more. */
export async function readBytes(
  response: Response,
  { bytesMax, tooLarge }: { bytesMax: number; tooLarge: () => Error },
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    length += next.value.length;
    if (length > bytesMax) {
      await reader?.cancel();
      throw tooLarge();
    }
    chunks.push(next.value);
  }
  return joinBytes(chunks);
}

async function readText(response: Response, bytesMax: number): Promise<string> {
  const tooLarge = () => new KindError('invalidParameter', 'error body is too large');
  return new TextDecoder().decode(await readBytes(response, { bytesMax, tooLarge }));
}
