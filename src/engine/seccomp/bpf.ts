/**
 * Classic BPF: instructions, their encoding, and an interpreter. The kernel runs what `encodeProgram`
 * gives; the interpreter is what the tests (and the x-ray view) ask instead of a kernel.
 */

export interface BpfInstruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly k: number;
}

const codes = {
  loadWord: 0x20,
  jumpAlways: 0x05,
  jumpEqual: 0x15,
  jumpGreater: 0x25,
  jumpGreaterEqual: 0x35,
  and: 0x54,
  return: 0x06,
} as const;

/** linux/bpf_common.h: a program longer than this is refused. */
export const bpfInstructionsMax = 4096;

export function loadWord(offset: number): BpfInstruction {
  return { code: codes.loadWord, jumpTrue: 0, jumpFalse: 0, k: offset };
}

export function and(mask: number): BpfInstruction {
  return { code: codes.and, jumpTrue: 0, jumpFalse: 0, k: mask >>> 0 };
}

export function returnValue(value: number): BpfInstruction {
  return { code: codes.return, jumpTrue: 0, jumpFalse: 0, k: value >>> 0 };
}

export function jumpAlways(distance: number): BpfInstruction {
  return { code: codes.jumpAlways, jumpTrue: 0, jumpFalse: 0, k: distance };
}

/** Compares the accumulator with `k`; the distances count the instructions to pass over. */
export function jump(
  test: 'equal' | 'greater' | 'greaterEqual',
  k: number,
  distances: { readonly whenTrue: number; readonly whenFalse: number },
): BpfInstruction {
  const code = {
    equal: codes.jumpEqual,
    greater: codes.jumpGreater,
    greaterEqual: codes.jumpGreaterEqual,
  }[test];
  const { whenTrue, whenFalse } = distances;
  if (whenTrue > 255 || whenFalse > 255) throw new RangeError('BPF jump over 255 instructions');
  return { code, jumpTrue: whenTrue, jumpFalse: whenFalse, k: k >>> 0 };
}

/** `struct sock_filter[]`: 8 bytes each, little endian. */
export function encodeProgram(program: readonly BpfInstruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, { code, jumpTrue, jumpFalse, k }] of program.entries()) {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, jumpTrue);
    view.setUint8(index * 8 + 3, jumpFalse);
    view.setUint32(index * 8 + 4, k, true);
  }
  return bytes;
}

/** Runs a program over 32-bit words of data by byte offset; gives the returned value. */
export function interpretProgram(
  program: readonly BpfInstruction[],
  data: (offset: number) => number,
): number {
  let accumulator = 0;
  for (let at = 0; at < program.length; at += 1) {
    const instruction = program[at];
    if (instruction === undefined) break;
    const { code, jumpTrue, jumpFalse, k } = instruction;
    const branch = (taken: boolean) => (at += taken ? jumpTrue : jumpFalse);
    if (code === codes.return) return k;
    else if (code === codes.loadWord) accumulator = data(k) >>> 0;
    else if (code === codes.and) accumulator = (accumulator & k) >>> 0;
    else if (code === codes.jumpAlways) at += k;
    else if (code === codes.jumpEqual) branch(accumulator === k);
    else if (code === codes.jumpGreater) branch(accumulator > k);
    else if (code === codes.jumpGreaterEqual) branch(accumulator >= k);
    else throw new RangeError(`Unknown BPF instruction ${code}`);
  }
  throw new RangeError('BPF program fell off its end');
}
