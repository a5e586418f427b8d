/** The tree of a template, after text/template's. */

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipe: Pipe }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly pipe: Pipe;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | { readonly kind: 'break' | 'continue' }
  /** Applies a named template; its dot is nil without a pipe. */
  | {
      readonly kind: 'template';
      readonly name: string;
      readonly pipe: Pipe | undefined;
      readonly at: Place;
    };

/** The outermost template, and those it defines by name. */
export interface TemplateTree {
  readonly nodes: readonly Node[];
  readonly definitions: ReadonlyMap<string, readonly Node[]>;
}

export interface Pipe {
  /** Variables that take the value; a range may declare two. */
  readonly variables: readonly string[];
  /** `=` rather than `:=`. */
  readonly assigns: boolean;
  readonly commands: readonly CommandNode[];
  readonly at: Place;
}

export interface CommandNode {
  readonly operands: readonly Operand[];
  readonly at: Place;
}

export type Operand = OperandValue & { readonly at: Place };

type OperandValue =
  | { readonly kind: 'dot' | 'nil' }
  | { readonly kind: 'constant'; readonly value: string | number | boolean }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'field'; readonly names: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string; readonly names: readonly string[] }
  | { readonly kind: 'pipe'; readonly pipe: Pipe; readonly names: readonly string[] };

/** Where in the source, and what stands there, for error messages. */
export interface Place {
  readonly offset: number;
  readonly text: string;
}
