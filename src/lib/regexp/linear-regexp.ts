/**
 * Regular expressions whose match takes time in proportion to the text, whoever wrote them: a set of states goes over
 * the text once (Thompson's construction). JavaScript's own may take for ever (`(a+)+$`).
 */
import { parseRegexp, syntaxError, type Assertion, type RegexpNode } from './syntax.ts';
import type { CharTest } from './char-class.ts';

type Instruction =
  | { readonly op: 'char'; readonly test: CharTest }
  | { readonly op: 'assert'; readonly what: Assertion }
  /** Goes on at both places. */
  | { readonly op: 'split'; to: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'match' };

/** What `a{1000}` of `b{1000}` would become is refused, as by Go. */
const instructionCountMax = 10_000;

export class LinearRegexp {
  readonly #program: Instruction[] = [];

  /** Throws an error in Go's words. */
  constructor(source: string) {
    this.#emit(parseRegexp(source), source);
    this.#program.push({ op: 'match' });
  }

  /** Whether it matches anywhere in the text. */
  test(text: string): boolean {
    const codes = Array.from(text, (char) => char.codePointAt(0) ?? 0);
    let states = new Set<number>();
    for (let at = 0; at <= codes.length; at += 1) {
      this.#follow(0, { states, codes, at });
      if (states.has(this.#program.length - 1)) return true;
      const code = codes[at];
      if (code === undefined) return false;
      const next = new Set<number>();
      for (const state of states) {
        const instruction = this.#program[state];
        if (instruction?.op === 'char' && instruction.test(code))
          this.#follow(state + 1, { states: next, codes, at: at + 1 });
      }
      states = next;
    }
    return false;
  }

  /** Adds a state and all that are reached from it without a character. */
  #follow(
    start: number,
    place: { readonly states: Set<number>; readonly codes: readonly number[]; readonly at: number },
  ): void {
    const stack = [start];
    for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
      if (place.states.has(state)) continue;
      place.states.add(state);
      const instruction = this.#program[state];
      if (instruction?.op === 'jump') stack.push(instruction.to);
      else if (instruction?.op === 'split') stack.push(instruction.to, state + 1);
      else if (instruction?.op === 'assert' && holds(instruction.what, place))
        stack.push(state + 1);
    }
  }

  #emit(node: RegexpNode, source: string): void {
    if (this.#program.length > instructionCountMax)
      throw syntaxError('expression too large', source);
    if (node.kind === 'char') this.#program.push({ op: 'char', test: node.test });
    else if (node.kind === 'assert') this.#program.push({ op: 'assert', what: node.what });
    else if (node.kind === 'sequence') for (const part of node.parts) this.#emit(part, source);
    else if (node.kind === 'either') this.#emitEither(node.options, source);
    else this.#emitRepeat(node, source);
  }

  #emitEither(options: readonly RegexpNode[], source: string): void {
    const jumps: { op: 'jump'; to: number }[] = [];
    for (const [index, option] of options.entries()) {
      const isLast = index === options.length - 1;
      const split = { op: 'split' as const, to: 0 };
      if (!isLast) this.#program.push(split);
      this.#emit(option, source);
      if (isLast) break;
      const jump = { op: 'jump' as const, to: 0 };
      this.#program.push(jump);
      jumps.push(jump);
      split.to = this.#program.length;
    }
    for (const jump of jumps) jump.to = this.#program.length;
  }

  #emitRepeat(node: Extract<RegexpNode, { kind: 'repeat' }>, source: string): void {
    for (let count = 0; count < node.min; count += 1) this.#emit(node.node, source);
    if (node.max === Infinity) {
      const split = { op: 'split' as const, to: 0 };
      const start = this.#program.push(split) - 1;
      this.#emit(node.node, source);
      this.#program.push({ op: 'jump', to: start });
      split.to = this.#program.length;
      return;
    }
    const splits: { op: 'split'; to: number }[] = [];
    for (let count = node.min; count < node.max; count += 1) {
      const split = { op: 'split' as const, to: 0 };
      this.#program.push(split);
      splits.push(split);
      this.#emit(node.node, source);
    }
    for (const split of splits) split.to = this.#program.length;
  }
}

function holds(
  what: Assertion,
  { codes, at }: { readonly codes: readonly number[]; readonly at: number },
): boolean {
  const [before, after] = [codes[at - 1], codes[at]];
  if (what === 'text start') return before === undefined;
  if (what === 'text end') return after === undefined;
  if (what === 'line start') return before === undefined || before === 10;
  if (what === 'line end') return after === undefined || after === 10;
  return (isWord(before) !== isWord(after)) === (what === 'word');
}

function isWord(code: number | undefined): boolean {
  return code !== undefined && /[0-9A-Za-z_]/.test(String.fromCodePoint(code));
}
