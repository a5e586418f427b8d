/** Directives: comments of the form `# name=value` before anything else in a Dockerfile. */
import type { Directive } from '../instruction.ts';
import { SyntaxMistake } from './instruction-input.ts';

const names = ['syntax', 'escape', 'check'] as const;

/** Reads lines from the first one on, until one is no directive. */
export class DirectiveReader {
  readonly directives: Directive[] = [];
  #line = 0;
  #isDone = false;

  /** Undefined when the line is none. Rejects `invalidParameter` for one given twice. */
  read(line: string): Directive | undefined {
    this.#line += 1;
    if (this.#isDone) return undefined;
    const match = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(line);
    const name = names.find((known) => known === match?.[1]?.toLowerCase());
    if (name === undefined) {
      this.#isDone = true;
      return undefined;
    }
    if (this.directives.some((directive) => directive.name === name))
      throw new SyntaxMistake(`only one ${name} parser directive can be used`);
    const directive = { name, value: match?.[2] ?? '', line: this.#line };
    this.directives.push(directive);
    return directive;
  }
}

/** The value of `escape`. */
export function escapeToken(value: string): string {
  if (value === '\\' || value === '`') return value;
  throw new SyntaxMistake(`invalid escape token '${value}' does not match \` or \\`);
}
