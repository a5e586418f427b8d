/**
 * The one error type that crosses layers. It has exactly one kind; the server maps the kind to an
 * HTTP status and the CLI maps it to an exit code, each in one place.
 */

export const errorKinds = [
  'notFound',
  'invalidParameter',
  'conflict',
  'unauthorized',
  'forbidden',
  'unavailable',
  'notModified',
  'notImplemented',
  'resourceExhausted',
  'dataLoss',
  'cancelled',
  'system',
] as const;

export type ErrorKind = (typeof errorKinds)[number];

/** An error with a kind. `cause` carries what was caught below, so that context is added, not lost. */
export class KindError extends Error {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'KindError';
    this.kind = kind;
  }
}

/** The kind of any thrown value; what is not a KindError is `system`, an AbortError `cancelled`. */
export function errorKind(error: unknown): ErrorKind {
  if (error instanceof KindError) return error.kind;
  if (error instanceof Error && error.name === 'AbortError') return 'cancelled';
  return 'system';
}

/** The message of any thrown value, never empty. */
export function errorMessage(error: unknown): string {
  if (error instanceof Error && error.message !== '') return error.message;
  const text = String(error);
  return text === '' ? 'unknown error' : text;
}
