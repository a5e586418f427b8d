/** Makes the tree of a template from its tokens. */
import type { CommandNode, Node, Operand, Pipe, TemplateTree } from './ast.ts';
import { lex } from './lex.ts';
import type { Token, TokenKind } from './lex.ts';
import { TemplateError } from './template-error.ts';

/** Throws a TemplateError. `functions` are the names that may be called. */
export function parse(source: string, functions: ReadonlySet<string>): TemplateTree {
  return new Parser(source, functions).parse();
}

const blockWords = ['if', 'with', 'range'] as const;

class Parser {
  readonly #source: string;
  readonly #functions: ReadonlySet<string>;
  readonly #tokens: readonly Token[];
  #index = 0;
  #loops = 0;
  /** How many blocks the reader is in: a definition stands in none. */
  #depth = 0;
  readonly #definitions = new Map<string, readonly Node[]>();
  /** Declared so far, innermost last. */
  #variables: string[] = ['$'];

  constructor(source: string, functions: ReadonlySet<string>) {
    this.#source = source;
    this.#functions = functions;
    this.#tokens = lex(source);
  }

  parse(): TemplateTree {
    const { nodes, stop } = this.#list();
    if (stop !== 'end of input') throw this.#error(`unexpected {{${stop}}}`);
    return { nodes, definitions: this.#definitions };
  }

  /** Nodes up to `{{end}}`, `{{else}}` or the end of the source; the reader is behind the word. */
  #list(): { nodes: Node[]; stop: 'end' | 'else' | 'end of input' } {
    const nodes: Node[] = [];
    for (;;) {
      const token = this.#next();
      if (token.kind === 'end') return { nodes, stop: 'end of input' };
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text });
        continue;
      }
      this.#skipSpace();
      const word = this.#peek();
      if (word.kind === 'word' && (word.text === 'end' || word.text === 'else')) {
        this.#next();
        return { nodes, stop: word.text };
      }
      if (word.kind === 'word' && word.text === 'define' && this.#depth === 0) {
        this.#next();
        this.#define('define clause');
        continue;
      }
      nodes.push(this.#action(word));
    }
  }

  /** `define "name"` to its end. */
  #define(clause: string): void {
    const { name } = this.#name(clause);
    this.#close();
    this.#body(name, clause);
  }

  #body(name: string, clause: string): void {
    const outer = this.#variables;
    this.#variables = ['$'];
    this.#depth += 1;
    const { nodes, stop } = this.#list();
    this.#depth -= 1;
    this.#variables = outer;
    if (stop === 'end of input') throw this.#error('unexpected EOF');
    if (stop === 'else') throw this.#error(`unexpected {{else}} in ${clause}`);
    this.#close();
    this.#definitions.set(name, nodes);
  }

  #name(clause: string): { readonly name: string; readonly offset: number } {
    this.#skipSpace();
    const token = this.#next();
    if (token.kind !== 'string') throw this.#unexpected(token, `in ${clause}`);
    return { name: String(this.#constant(token)), offset: token.offset };
  }

  /** `template "name" pipe`, and `block`, which defines what it applies. */
  #templateNode(kind: 'template' | 'block'): Node {
    const clause = `${kind} clause`;
    const { name, offset } = this.#name(clause);
    this.#skipSpace();
    let pipe: Pipe | undefined;
    if (kind === 'template' && this.#peek().kind === 'close') this.#next();
    else pipe = this.#pipe('close', clause);
    const text = `{{template ${JSON.stringify(name)}${pipe === undefined ? '' : ` ${pipe.at.text}`}}}`;
    if (kind === 'block') this.#body(name, clause);
    return { kind: 'template', name, pipe, at: { offset, text } };
  }

  #action(word: Token): Node {
    if (word.kind === 'word') {
      const block = blockWords.find((name) => name === word.text);
      if (block !== undefined) {
        this.#next();
        return this.#block(block);
      }
      if (word.text === 'break' || word.text === 'continue') {
        this.#next();
        this.#close();
        if (this.#loops === 0) throw this.#error(`{{${word.text}}} outside {{range}}`);
        return { kind: word.text };
      }
      if (word.text === 'template' || word.text === 'block') {
        this.#next();
        return this.#templateNode(word.text);
      }
      if (word.text === 'define') throw this.#unexpected(word, 'in command');
    }
    const pipe = this.#pipe('close');
    return { kind: 'action', pipe };
  }

  #block(kind: 'if' | 'with' | 'range'): Node {
    const outer = this.#variables;
    this.#variables = [...outer];
    this.#depth += 1;
    try {
      return this.#blockBody(kind);
    } finally {
      this.#depth -= 1;
      this.#variables = outer;
    }
  }

  #blockBody(kind: 'if' | 'with' | 'range'): Node {
    const pipe = this.#pipe('close', kind);
    if (kind === 'range') this.#loops += 1;
    const { nodes: body, stop } = this.#list();
    if (kind === 'range') this.#loops -= 1;
    if (stop === 'end of input') throw this.#error('unexpected EOF');
    if (stop === 'end') {
      this.#close();
      return { kind, pipe, body, otherwise: [] };
    }
    return { kind, pipe, body, otherwise: this.#otherwise(kind) };
  }

  /** What follows `{{else`: another block of the kind in one go, or a list to `{{end}}`. */
  #otherwise(kind: 'if' | 'with' | 'range'): readonly Node[] {
    this.#skipSpace();
    const word = this.#peek();
    if (word.kind === 'word' && word.text === kind && kind !== 'range') {
      this.#next();
      return [this.#block(kind)];
    }
    this.#close();
    const { nodes, stop } = this.#list();
    if (stop === 'end of input') throw this.#error('unexpected EOF');
    if (stop === 'else') throw this.#error('expected end; found {{else}}');
    this.#close();
    return nodes;
  }

  #pipe(until: 'close' | 'rightParen', context = 'command'): Pipe {
    this.#skipSpace();
    const start = this.#peek().offset;
    const { variables, assigns } = this.#declarations();
    const commands: CommandNode[] = [];
    if (assigns) for (const name of variables) this.#known(name);
    for (;;) {
      commands.push(this.#command(commands.length === 0 ? context : 'command'));
      this.#skipSpace();
      const token = this.#next();
      if (token.kind === 'pipe') continue;
      if (token.kind !== until) throw this.#unexpected(token, 'in command');
      const text = this.#source.slice(start, token.offset).trim();
      if (!assigns) this.#variables.push(...variables);
      return { variables, assigns, commands, at: { offset: start, text } };
    }
  }

  #declarations(): { variables: readonly string[]; assigns: boolean } {
    const start = this.#index;
    const variables: string[] = [];
    for (;;) {
      this.#skipSpace();
      const variable = this.#next();
      if (variable.kind !== 'variable') break;
      variables.push(variable.text);
      this.#skipSpace();
      const operator = this.#next();
      if (operator.kind === 'declare' || operator.kind === 'assign') {
        return { variables, assigns: operator.kind === 'assign' };
      }
      if (operator.kind !== 'comma') break;
    }
    this.#index = start;
    return { variables: [], assigns: false };
  }

  #command(context: string): CommandNode {
    const operands: Operand[] = [];
    this.#skipSpace();
    const start = this.#peek().offset;
    for (;;) {
      const operand = this.#operand();
      if (operand === undefined) break;
      operands.push(operand);
      if (this.#peek().kind !== 'space') break;
      this.#skipSpace();
    }
    const { kind } = this.#peek();
    if (operands.length === 0) {
      if (kind === 'close' || kind === 'pipe') throw this.#error(`missing value for ${context}`);
      throw this.#unexpected(this.#peek(), 'in command');
    }
    const text = this.#source.slice(start, this.#peek().offset).trim();
    return { operands, at: { offset: start, text } };
  }

  #operand(): Operand | undefined {
    const token = this.#peek();
    const operand = this.#term(token);
    if (operand === undefined) return undefined;
    const names: string[] = [];
    const second = this.#peek().offset;
    while (this.#peek().kind === 'field') names.push(this.#next().text.slice(1));
    if (names.length === 0) return operand;
    const at = { offset: second, text: this.#source.slice(token.offset, this.#peek().offset) };
    if (operand.kind === 'field') return { kind: 'field', names: [...operand.names, ...names], at };
    if (operand.kind === 'variable' || operand.kind === 'pipe') {
      return { ...operand, names, at };
    }
    throw this.#error(`unexpected . after term ${JSON.stringify(token.text)}`);
  }

  #term(token: Token): Operand | undefined {
    const at = { offset: token.offset, text: token.text };
    switch (token.kind) {
      case 'word':
        this.#next();
        return { ...this.#word(token), at };
      case 'dot':
        this.#next();
        return { kind: 'dot', at };
      case 'field':
        this.#next();
        return { kind: 'field', names: [token.text.slice(1)], at };
      case 'variable':
        this.#next();
        this.#known(token.text);
        return { kind: 'variable', name: token.text, names: [], at };
      case 'string':
      case 'number':
      case 'character':
        this.#next();
        return { kind: 'constant', value: this.#constant(token), at };
      case 'leftParen': {
        this.#next();
        const pipe = this.#pipe('rightParen');
        return { kind: 'pipe', pipe, names: [], at: { ...at, text: `(${pipe.at.text})` } };
      }
      default:
        return undefined;
    }
  }

  #word(
    token: Token,
  ): { kind: 'constant'; value: boolean } | { kind: 'nil' } | { kind: 'function'; name: string } {
    const name = token.text;
    if (name === 'true' || name === 'false') return { kind: 'constant', value: name === 'true' };
    if (name === 'nil') return { kind: 'nil' };
    if (!this.#functions.has(name)) throw this.#error(`function "${name}" not defined`);
    return { kind: 'function', name };
  }

  #constant(token: Token): string | number {
    if (token.kind === 'number') return Number(token.text.replaceAll('_', ''));
    if (token.text.startsWith('`')) return token.text.slice(1, -1);
    const text = unquote(token.text.slice(1, -1));
    return token.kind === 'character' ? (text.codePointAt(0) ?? 0) : text;
  }

  #known(name: string): void {
    if (!this.#variables.includes(name)) throw this.#error(`undefined variable "${name}"`);
  }

  #close(): void {
    this.#skipSpace();
    const token = this.#next();
    if (token.kind !== 'close') throw this.#unexpected(token, 'in end');
  }

  #peek(): Token {
    return this.#tokens[this.#index] ?? { kind: 'end', text: '', offset: this.#source.length };
  }

  #next(): Token {
    const token = this.#peek();
    this.#index += 1;
    return token;
  }

  #skipSpace(): void {
    while (this.#peek().kind === 'space') this.#index += 1;
  }

  #unexpected(token: Token, where: string): TemplateError {
    const names: Partial<Record<TokenKind, string>> = {
      close: '"}}"',
      end: 'EOF',
      rightParen: 'right paren',
    };
    const shown = names[token.kind] ?? shownToken(token);
    const text =
      token.kind === 'rightParen' ? 'unexpected right paren' : `unexpected ${shown} ${where}`;
    return this.#error(text);
  }

  #error(message: string): TemplateError {
    return new TemplateError(this.#source, { offset: this.#peek().offset, message });
  }
}

const keywords = 'block break continue define else end if nil range template with'.split(' ');

/** Long ones are cut, as text/template shows them. */
const shownCharactersMax = 10;

function shownToken({ kind, text }: Token): string {
  if (kind === 'dot' || (kind === 'word' && keywords.includes(text))) return `<${text}>`;
  if (text.length <= shownCharactersMax) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, shownCharactersMax))}...`;
}

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The characters a Go string literal's body stands for. */
function unquote(body: string): string {
  return body.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/gs,
    (_, hex?: string, short?: string, long?: string, octal?: string, other = '') => {
      const code = hex ?? short ?? long;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      return escapes[other] ?? other;
    },
  );
}
