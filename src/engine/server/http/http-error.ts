/** A request that HTTP itself refuses: it never reaches the engine, and the connection ends with it. */

export type RefusedStatus = 400 | 408 | 417 | 431 | 501 | 505;

const reasons: Readonly<Record<RefusedStatus, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  417: 'Expectation Failed',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  505: 'HTTP Version Not Supported',
};

export class HttpError extends Error {
  readonly status: RefusedStatus;

  /** `detail` is what Go's server adds to the reason phrase; mostly nothing. */
  constructor(status: RefusedStatus, detail = '') {
    super(`${status} ${reasons[status]}${detail === '' ? '' : `: ${detail}`}`);
    this.name = 'HttpError';
    this.status = status;
  }
}

/** The whole answer, worded and shaped as Go's net/http does. */
export function refusal(error: HttpError): Uint8Array {
  const headers = 'Content-Type: text/plain; charset=utf-8\r\nConnection: close';
  // Go names the reason in the body of this one, not on its status line.
  const body = error.status === 501 ? 'Unsupported transfer encoding' : error.message;
  const text = `HTTP/1.1 ${error.message}\r\n${headers}\r\n\r\n${body}`;
  return new TextEncoder().encode(text);
}
