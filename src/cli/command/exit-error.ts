/** An error that says with which code the program ends; an empty message prints nothing. */
export class ExitError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message = '', options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'ExitError';
    this.exitCode = exitCode;
  }
}
