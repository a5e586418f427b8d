/** Go templates, as `--format` takes them. */
import type { TemplateTree } from './ast.ts';
import { Execution } from './execute.ts';
import type { ExecuteOptions } from './execute.ts';
import { dockerFunctions } from './functions.ts';
import { parse } from './parse.ts';

export interface Template {
  readonly source: string;
  /** What error messages call it. */
  readonly name: string;
  readonly tree: TemplateTree;
}

const names = new Set([...Object.keys(dockerFunctions), 'and', 'or']);

/** Throws a TemplateError. */
export function parseTemplate(source: string, options: { readonly name?: string } = {}): Template {
  const name = options.name ?? '';
  return { source, name, tree: named(name, () => parse(source, names)) };
}

/** Throws a TemplateExecutionError. */
export function executeTemplate(
  template: Template,
  data: unknown,
  options: Partial<ExecuteOptions> = {},
): string {
  const functions = options.functions ?? dockerFunctions;
  const execution = new Execution(template.source, { ...options, functions });
  return named(template.name, () => execution.run(template.tree, data));
}

/** Puts the template's name into the errors of an action. */
function named<T>(name: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (name !== '' && error instanceof Error) {
      error.message = error.message
        .replace('template: :', `template: ${name}:`)
        .replace('executing "" at', `executing "${name}" at`);
    }
    throw error;
  }
}
