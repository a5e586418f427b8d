/** What the `inspect` commands have in common: names, a template or JSON, and failures at the end. */
import { errorMessage } from '../../lib/errors.ts';
import type { CommandContext } from '../command/command.ts';
import { ExitError } from '../command/exit-error.ts';
import { escapeHtmlInJson, toJson } from '../../lib/template/functions.ts';
import { structOf } from '../../lib/template/struct-of.ts';
import { executeTemplate, parseTemplate } from '../../lib/template/template.ts';
import type { Template } from '../../lib/template/template.ts';

export interface InspectOptions {
  readonly names: readonly string[];
  readonly find: (name: string) => Promise<unknown>;
  /** Go's type of what is found, which complaints about templates name. */
  readonly typeName?: string;
  /** The JSON is this program's own rather than the engine's, and Go escapes it. */
  readonly escapesHtml?: boolean;
}

/** Prints what was found even when something was not. */
export async function inspectEach(context: CommandContext, options: InspectOptions): Promise<void> {
  const format = context.flags.string('format');
  const template = format === '' || format === 'json' ? undefined : parseFormat(format);
  const values: unknown[] = [];
  const failures: string[] = [];
  let text = '';
  for (const name of options.names) {
    try {
      const value = await options.find(name);
      values.push(value);
      if (template !== undefined) text += `${applyTemplate(template, value, options)}\n`;
    } catch (error) {
      failures.push(errorMessage(error));
    }
  }
  if (template === undefined) {
    const json = toJson(values, format === 'json' ? undefined : '    ');
    await context.out.line(options.escapesHtml === true ? escapeHtmlInJson(json) : json);
  } else await context.out.write(text === '' ? '\n' : text);
  if (failures.length > 0) throw new ExitError(1, failures.join('\n'));
}

function parseFormat(format: string): Template {
  try {
    return parseTemplate(format);
  } catch (error) {
    throw new ExitError(64, `template parsing error: ${errorMessage(error)}`, { cause: error });
  }
}

/** First on the value as Go's types have it, then on the engine's bare JSON, whose names differ. */
function applyTemplate(template: Template, value: unknown, options: InspectOptions): string {
  const { typeName = 'InspectResponse', escapesHtml = false } = options;
  try {
    return executeTemplate(template, structOf(value, typeName));
  } catch (first) {
    try {
      if (escapesHtml) throw first;
      return executeTemplate(template, value, { missingKeyIsError: true });
    } catch (error) {
      throw new Error(`template parsing error: ${errorMessage(error)}`, { cause: error });
    }
  }
}
