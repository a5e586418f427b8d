/** Applies a template to data. */
import type { CommandNode, Node, Operand, Pipe, Place, TemplateTree } from './ast.ts';
import { functionArity, kindName, parameterTypes, truth } from './functions.ts';
import type { TemplateFunction, TemplateFunctions } from './functions.ts';
import { isNil, printValue, StructValue } from './print-value.ts';
import { structField } from './struct-of.ts';
import { TemplateExecutionError } from './template-error.ts';
import { errorMessage } from '../errors.ts';

export interface ExecuteOptions {
  readonly functions: TemplateFunctions;
  /** A key that a map does not have is an error rather than `<no value>`. */
  readonly missingKeyIsError?: boolean;
  /** Actions and texts that are executed at most; absent, whoever wrote the template waits for it. */
  readonly nodeCountMax?: number;
}

interface Scope {
  readonly dot: unknown;
  /** Innermost last. */
  readonly variables: { readonly name: string; value: unknown }[];
}

/** What a break or continue unwinds to. */
type Flow = 'next' | 'break' | 'continue';

/** Templates that apply each other: what JavaScript's stack holds, where Go's holds more. */
const depthMax = 500;

/** Stands for a piped value that is not there. */
const absent = Symbol('absent');

export class Execution {
  readonly #source: string;
  readonly #options: ExecuteOptions;
  #output = '';
  #definitions: TemplateTree['definitions'] = new Map();
  /** The defined template that is being applied; empty for the outermost. */
  #template = '';
  #depth = 0;
  #nodeCount = 0;

  constructor(source: string, options: ExecuteOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** Throws a TemplateExecutionError. */
  run({ nodes, definitions }: TemplateTree, data: unknown): string {
    this.#output = '';
    this.#definitions = definitions;
    try {
      this.#list(nodes, { dot: data, variables: [{ name: '$', value: data }] });
    } catch (error) {
      if (error instanceof TemplateExecutionError) error.partial = this.#output;
      throw error;
    }
    return this.#output;
  }

  #list(nodes: readonly Node[], scope: Scope): Flow {
    for (const node of nodes) {
      const flow = this.#node(node, scope);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  #node(node: Node, scope: Scope): Flow {
    this.#nodeCount += 1;
    const { nodeCountMax = Infinity } = this.#options;
    if (this.#nodeCount > nodeCountMax)
      throw new Error(`template: :1: more than ${nodeCountMax} steps to execute`);
    switch (node.kind) {
      case 'text':
        this.#output += node.text;
        return 'next';
      case 'action': {
        const value = this.#pipe(node.pipe, scope);
        if (node.pipe.variables.length === 0) this.#output += printValue(value);
        return 'next';
      }
      case 'break':
      case 'continue':
        return node.kind;
      case 'range':
        return this.#range(node, scope);
      case 'template':
        this.#apply(node, scope);
        return 'next';
      case 'if':
      case 'with': {
        const inner = child(scope, scope.dot);
        const value = this.#pipe(node.pipe, inner);
        if (!truth(value)) return this.#list(node.otherwise, inner);
        return this.#list(node.body, node.kind === 'with' ? { ...inner, dot: value } : inner);
      }
    }
  }

  /** A template of its own sees none of the caller's variables. */
  #apply(node: Extract<Node, { kind: 'template' }>, scope: Scope): void {
    const nodes = this.#definitions.get(node.name);
    if (nodes === undefined) {
      throw this.#error(node.at, `template ${JSON.stringify(node.name)} not defined`);
    }
    if (this.#depth === depthMax) {
      throw this.#error(node.at, 'exceeded maximum template depth (100000)');
    }
    const data = node.pipe === undefined ? undefined : this.#pipe(node.pipe, scope);
    const outer = this.#template;
    this.#template = node.name;
    this.#depth += 1;
    this.#list(nodes, { dot: data, variables: [{ name: '$', value: data }] });
    this.#depth -= 1;
    this.#template = outer;
  }

  #range(node: Extract<Node, { kind: 'if' | 'with' | 'range' }>, scope: Scope): Flow {
    const outer = child(scope, scope.dot);
    const value = this.#pipe({ ...node.pipe, variables: [] }, outer);
    const entries = this.#entries(value, lastPlace(node.pipe));
    if (entries.length === 0) return this.#list(node.otherwise, outer);
    const [first, second] = node.pipe.variables;
    for (const [key, item] of entries) {
      const inner = child(outer, item);
      if (first !== undefined) {
        inner.variables.push({ name: first, value: second === undefined ? item : key });
      }
      if (second !== undefined) inner.variables.push({ name: second, value: item });
      if (this.#list(node.body, inner) === 'break') break;
    }
    return 'next';
  }

  #entries(value: unknown, at: Place): readonly (readonly [unknown, unknown])[] {
    if (isNil(value)) return [];
    if (Array.isArray(value)) return value.map((item, index) => [index, item as unknown] as const);
    if (typeof value === 'number')
      return Array.from({ length: value }, (_, index) => [index, index]);
    if (typeof value === 'object' && !(value instanceof StructValue)) {
      return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    }
    throw this.#error(at, `range can't iterate over ${printValue(value)}`);
  }

  #pipe(pipe: Pipe, scope: Scope): unknown {
    let value: unknown = absent;
    for (const command of pipe.commands) value = this.#command(command, { scope, piped: value });
    for (const name of pipe.variables) {
      const existing = pipe.assigns
        ? scope.variables.findLast((variable) => variable.name === name)
        : undefined;
      if (existing !== undefined) existing.value = value;
      else scope.variables.push({ name, value });
    }
    return value;
  }

  #command(command: CommandNode, options: { scope: Scope; piped: unknown }): unknown {
    const { scope, piped } = options;
    const [head, ...rest] = command.operands;
    if (head === undefined) throw this.#error(command.at, 'empty command');
    if (head.kind === 'function') {
      return this.#function(head, { rest, scope, piped, at: command.at });
    }
    const values = () => {
      const evaluated = rest.map((operand) => this.#operand(operand, scope));
      return piped === absent ? evaluated : [...evaluated, piped];
    };
    if (head.kind === 'field') return this.#fields(scope.dot, { ...head, values: values() });
    if (head.kind === 'variable' || head.kind === 'pipe') {
      const base = this.#base(head, scope);
      return this.#fields(base, { names: head.names, at: head.at, values: values() });
    }
    if (head.kind === 'nil') throw this.#error(head.at, 'nil is not a command');
    if (rest.length > 0 || piped !== absent) {
      throw this.#error(head.at, `can't give argument to non-function ${head.at.text}`);
    }
    return this.#operand(head, scope);
  }

  #function(
    head: Extract<Operand, { kind: 'function' }>,
    options: { rest: readonly Operand[]; scope: Scope; piped: unknown; at: Place },
  ): unknown {
    const { rest, scope, piped, at } = options;
    if (head.name === 'and' || head.name === 'or') {
      if (rest.length === 0 && piped === absent) {
        const message = `wrong number of args for ${head.name}: want at least 1 got 0`;
        throw this.#error(at, message);
      }
      let value: unknown;
      for (const operand of rest) {
        value = this.#operand(operand, scope);
        if (truth(value) === (head.name === 'or')) return value;
      }
      return piped === absent ? value : piped;
    }
    const types = parameterTypes[head.name] ?? [];
    const values = rest.map((operand, index) => {
      const value = this.#operand(operand, scope);
      this.#checkType(value, { type: types[index], operand, at: operand.at });
      return value;
    });
    if (piped !== absent) {
      this.#checkType(piped, { type: types[values.length], at });
      values.push(piped);
    }
    const callee = this.#options.functions[head.name];
    if (callee === undefined) throw this.#error(at, `"${head.name}" is not a defined function`);
    return this.#call(callee, { name: head.name, at, values });
  }

  /** Go checks what a function takes before it calls it; constants have words of their own. */
  #checkType(
    value: unknown,
    options: { type: 'string' | 'int' | undefined; operand?: Operand; at: Place },
  ): void {
    const { type, operand, at } = options;
    if (type === undefined || isNil(value)) return;
    if (typeof value === (type === 'int' ? 'number' : 'string')) return;
    if (operand?.kind === 'constant') {
      const wanted = type === 'int' ? 'integer' : type;
      throw this.#error(at, `expected ${wanted}; found ${operand.at.text}`);
    }
    const message = `wrong type for value; expected ${type}; got ${kindName(value)}`;
    throw this.#error(at, message);
  }

  #operand(operand: Operand, scope: Scope): unknown {
    switch (operand.kind) {
      case 'dot':
        return scope.dot;
      case 'nil':
        return undefined;
      case 'constant':
        return operand.value;
      case 'function':
        return this.#function(operand, { rest: [], scope, piped: absent, at: operand.at });
      case 'field':
        return this.#fields(scope.dot, { ...operand, values: [] });
      case 'variable':
      case 'pipe':
        return this.#fields(this.#base(operand, scope), { ...operand, values: [] });
    }
  }

  #base(operand: Extract<Operand, { kind: 'variable' | 'pipe' }>, scope: Scope): unknown {
    if (operand.kind === 'pipe') return this.#pipe(operand.pipe, scope);
    const variable = scope.variables.findLast((candidate) => candidate.name === operand.name);
    if (variable === undefined) {
      throw this.#error(operand.at, `undefined variable: ${operand.name}`);
    }
    return variable.value;
  }

  #fields(
    base: unknown,
    options: { names: readonly string[]; at: Place; values: readonly unknown[] },
  ): unknown {
    let value = base;
    for (const [index, name] of options.names.entries()) {
      const last = index === options.names.length - 1;
      value = this.#field(value, { name, at: options.at, values: last ? options.values : [] });
    }
    return value;
  }

  #field(base: unknown, options: { name: string; at: Place; values: readonly unknown[] }): unknown {
    const { name, at, values } = options;
    if (isNil(base)) {
      if (this.#options.missingKeyIsError === true) {
        throw this.#error(at, `nil data; no entry for key "${name}"`);
      }
      throw this.#error(at, `nil pointer evaluating interface {}.${name}`);
    }
    const found = fieldOf(base, name);
    if (found === 'scalar') {
      const bare = this.#options.missingKeyIsError === true || typeof base !== 'string';
      const type = bare ? 'interface {}' : 'string';
      throw this.#error(at, `can't evaluate field ${name} in type ${type}`);
    }
    if (found === undefined) return this.#missing(base, { name, at });
    const { value } = found;
    if (typeof value === 'function') {
      return this.#call(value as TemplateFunction, { name, at, values });
    }
    if (values.length > 0) {
      const complaint =
        base instanceof StructValue
          ? 'has arguments but cannot be invoked as function'
          : 'is not a method but has arguments';
      throw this.#error(at, `${name} ${complaint}`);
    }
    return value;
  }

  #missing(base: unknown, options: { name: string; at: Place }): undefined {
    if (base instanceof StructValue) {
      const message = `can't evaluate field ${options.name} in type ${base.typeName}`;
      throw this.#error(options.at, message);
    }
    if (this.#options.missingKeyIsError === true) {
      throw this.#error(options.at, `map has no entry for key "${options.name}"`);
    }
    return undefined;
  }

  #call(
    callee: TemplateFunction,
    options: { name: string; at: Place; values: readonly unknown[] },
  ): unknown {
    const { name, at, values } = options;
    const want = functionArity[name] ?? callee.length;
    if (want !== 'any' && values.length !== want) {
      throw this.#error(at, `wrong number of args for ${name}: want ${want} got ${values.length}`);
    }
    try {
      return callee(...values);
    } catch (error) {
      throw this.#error(at, `error calling ${name}: ${errorMessage(error)}`);
    }
  }

  #error(at: Place, message: string): TemplateExecutionError {
    return new TemplateExecutionError(this.#source, { at, message, template: this.#template });
  }
}

/** `scalar` for what has no fields at all. */
function fieldOf(base: unknown, name: string): { readonly value: unknown } | 'scalar' | undefined {
  if (base instanceof StructValue) return structField(base, name);
  if (typeof base !== 'object' || base === null || Array.isArray(base)) return 'scalar';
  const fields = base as Record<string, unknown>;
  return Object.hasOwn(fields, name) ? { value: fields[name] } : undefined;
}

function child(scope: Scope, dot: unknown): Scope {
  return { dot, variables: [...scope.variables] };
}

/** Where what was evaluated last stands. */
function lastPlace(pipe: Pipe): Place {
  const operand = pipe.commands.at(-1)?.operands[0];
  return operand?.kind === 'field' ? operand.at : pipe.at;
}
