/**
 * The serial console: bytes become text, a chunk per slice of guest time, and a kernel that says it
 * cannot go on becomes the cause of a failed machine.
 */

/** Characters of the unfinished line that are kept to find a failure in it. */
const lineLengthMax = 1024;

const failurePatterns: readonly RegExp[] = [
  /(Kernel panic - not syncing: .*)/,
  /(No working init found.*)/,
  /(Unable to mount root fs.*)/,
];

export class ConsoleLog {
  readonly #decoder = new TextDecoder();
  #bytes: number[] = [];
  #line = '';

  /** True when this was the first byte since the last `take()`. */
  push(byte: number): boolean {
    this.#bytes.push(byte);
    return this.#bytes.length === 1;
  }

  /** The text since the last call, and the first failure that a whole line of it names. */
  take(): { readonly text: string; readonly failure?: string } {
    const text = this.#decoder.decode(Uint8Array.from(this.#bytes), { stream: true });
    this.#bytes = [];
    const lines = (this.#line + text).split('\n');
    this.#line = (lines.pop() ?? '').slice(-lineLengthMax);
    for (const line of lines) {
      const failure = failureOf(line);
      if (failure !== undefined) return { text, failure };
    }
    return { text };
  }
}

function failureOf(line: string): string | undefined {
  for (const pattern of failurePatterns) {
    const found = pattern.exec(line)?.[1];
    if (found !== undefined) return found.trim();
  }
  return undefined;
}
