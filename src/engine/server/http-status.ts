/** The one place that maps an error's kind to an HTTP status and writes the body of a failure. */
import type { ApiResponse } from '../../api/http.ts';
import { errorKind, errorMessage, type ErrorKind } from '../../lib/errors.ts';
import { jsonResponse } from './respond.ts';

const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  notFound: 404,
  invalidParameter: 400,
  conflict: 409,
  unauthorized: 401,
  forbidden: 403,
  unavailable: 503,
  notModified: 304,
  notImplemented: 501,
  resourceExhausted: 500,
  dataLoss: 500,
  cancelled: 500,
  system: 500,
};

export function httpStatus(error: unknown): number {
  return statusOfKind[errorKind(error)];
}

/** 304 has no body, as HTTP demands. */
export function errorResponse(error: unknown): ApiResponse {
  const status = httpStatus(error);
  if (status === 304) return { status, headers: {} };
  return jsonResponse(status, { message: errorMessage(error) });
}
