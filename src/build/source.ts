/** Errors that know where in a Dockerfile they are. */
import { KindError, type ErrorKind } from '../lib/errors.ts';
import type { SourceFile, SourceRange } from '../lib/source-frame.ts';

export type { SourceFile, SourceRange } from '../lib/source-frame.ts';

/** An error that knows its lines. `message` is without the frame; who prints it asks `sourceFrame`. */
export class SourceError extends KindError {
  readonly ranges: readonly SourceRange[];
  readonly source: SourceFile | undefined;

  constructor(message: string, options: SourceErrorOptions) {
    super(
      options.kind ?? 'invalidParameter',
      message,
      'cause' in options ? { cause: options.cause } : {},
    );
    this.name = 'SourceError';
    this.ranges = options.ranges;
    this.source = options.source;
  }
}

export interface SourceErrorOptions {
  readonly ranges: readonly SourceRange[];
  readonly source?: SourceFile;
  readonly kind?: ErrorKind;
  readonly cause?: unknown;
}

/** The same error with a place, unless it has one already. Anything but errors becomes one. */
export function withSource(
  error: unknown,
  place: { readonly ranges: readonly SourceRange[]; readonly source?: SourceFile },
): Error {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof SourceError) {
    if (error.source !== undefined || place.source === undefined) return error;
    return new SourceError(message, { ...error, source: place.source, cause: error.cause });
  }
  const kind = error instanceof KindError ? error.kind : 'invalidParameter';
  return new SourceError(message, { ...place, kind, cause: error });
}
