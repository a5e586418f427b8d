/** Errors of templates, in text/template's words: `template: :1:2: executing "" at <.Foo>: …`. */
import type { Place } from './ast.ts';

/** A template that cannot be read. */
export class TemplateError extends Error {
  constructor(source: string, options: { readonly offset: number; readonly message: string }) {
    super(`template: :${lineOf(source, options.offset)}: ${options.message}`);
    this.name = 'TemplateError';
  }
}

/** A template that cannot be applied to its data. */
export class TemplateExecutionError extends Error {
  /** What the template printed before it failed. */
  partial = '';

  constructor(
    source: string,
    options: { readonly at: Place; readonly message: string; readonly template: string },
  ) {
    const { offset, text } = options.at;
    const column = offset - (source.lastIndexOf('\n', offset - 1) + 1);
    super(
      `template: :${lineOf(source, offset)}:${column}: executing ${JSON.stringify(options.template)} at <${text}>: ${options.message}`,
    );
    this.name = 'TemplateExecutionError';
  }
}

function lineOf(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}
