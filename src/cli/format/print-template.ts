/** Prints a template's result and a newline, also what it had printed when it failed. */
import type { Output } from '../output.ts';
import { TemplateExecutionError } from '../../lib/template/template-error.ts';
import { executeTemplate } from '../../lib/template/template.ts';
import type { Template } from '../../lib/template/template.ts';

export async function printTemplate(
  out: Output,
  options: {
    readonly template: Template;
    readonly data: unknown;
    /** Made of the whole text before it is printed. */
    readonly layout?: (text: string) => string;
  },
): Promise<void> {
  const { template, data, layout = (text: string) => text } = options;
  try {
    await out.write(layout(`${executeTemplate(template, data)}\n`));
  } catch (error) {
    if (error instanceof TemplateExecutionError) await out.write(layout(`${error.partial}\n`));
    throw error;
  }
}
