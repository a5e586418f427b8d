/**
 * Which devices a container may use, compiled to the eBPF program that cgroup v2 asks at every open
 * and mknod. The rules are those of Docker: any node may be made, only harmless ones opened.
 */

export interface DeviceRule {
  readonly type: 'char' | 'block';
  /** Absent: any. */
  readonly major?: number;
  readonly minor?: number;
  /** Of `r` (read), `w` (write) and `m` (mknod). */
  readonly access: string;
}

export const defaultDeviceRules: readonly DeviceRule[] = [
  { type: 'char', access: 'm' },
  { type: 'block', access: 'm' },
  { type: 'char', major: 1, minor: 3, access: 'rwm' }, // null
  { type: 'char', major: 1, minor: 5, access: 'rwm' }, // zero
  { type: 'char', major: 1, minor: 7, access: 'rwm' }, // full
  { type: 'char', major: 1, minor: 8, access: 'rwm' }, // random
  { type: 'char', major: 1, minor: 9, access: 'rwm' }, // urandom
  { type: 'char', major: 5, minor: 0, access: 'rwm' }, // tty
  { type: 'char', major: 5, minor: 1, access: 'rwm' }, // console
  { type: 'char', major: 5, minor: 2, access: 'rwm' }, // ptmx
  { type: 'char', major: 136, access: 'rwm' }, // pts
];

/** Bits of linux/bpf.h, BPF_DEVCG_*. */
const accessBits: Readonly<Record<string, number>> = { m: 1, r: 2, w: 4 };
const typeNumbers = { block: 1, char: 2 } as const;

/** Opcodes of the eBPF instruction set: class, operation and source in one byte. */
const opcode = {
  loadWord: 0x61,
  andImmediate: 0x54,
  shiftRightImmediate: 0x74,
  moveRegister: 0xbf,
  moveImmediate: 0xb7,
  jumpIfNotEqual: 0x55,
  exit: 0x95,
} as const;

/** Registers as the program uses them; r0 is the answer, r1 the context. */
const register = {
  answer: 0,
  context: 1,
  type: 2,
  access: 3,
  major: 4,
  minor: 5,
  rest: 6,
} as const;

interface Instruction {
  readonly code: number;
  readonly target?: number;
  readonly source?: number;
  readonly offset?: number;
  readonly immediate?: number;
}

/** The program that allows what any rule allows: 8 bytes per instruction, little endian. */
export function compileDeviceFilter(rules: readonly DeviceRule[]): Uint8Array {
  const { answer, context, type, access, major, minor } = register;
  const program: Instruction[] = [
    { code: opcode.loadWord, target: type, source: context, offset: 0 },
    { code: opcode.moveRegister, target: access, source: type },
    { code: opcode.andImmediate, target: type, immediate: 0xffff },
    { code: opcode.shiftRightImmediate, target: access, immediate: 16 },
    { code: opcode.loadWord, target: major, source: context, offset: 4 },
    { code: opcode.loadWord, target: minor, source: context, offset: 8 },
    ...rules.flatMap(compileRule),
    { code: opcode.moveImmediate, target: answer, immediate: 0 },
    { code: opcode.exit },
  ];
  return encode(program);
}

/** One rule: falls through to the next unless all of it matches. */
function compileRule(rule: DeviceRule): Instruction[] {
  const allowed = [...rule.access].reduce((bits, name) => bits | (accessBits[name] ?? 0), 0);
  const conditions: Instruction[][] = [
    [jumpUnless(register.type, typeNumbers[rule.type])],
    [
      { code: opcode.moveRegister, target: register.rest, source: register.access },
      { code: opcode.andImmediate, target: register.rest, immediate: ~allowed },
      jumpUnless(register.rest, 0),
    ],
    ...(rule.major === undefined ? [] : [[jumpUnless(register.major, rule.major)]]),
    ...(rule.minor === undefined ? [] : [[jumpUnless(register.minor, rule.minor)]]),
  ];
  const body = [
    ...conditions.flat(),
    { code: opcode.moveImmediate, target: register.answer, immediate: 1 },
    { code: opcode.exit },
  ];
  // A jump counts from the instruction after it.
  return body.map((instruction, index) =>
    instruction.code === opcode.jumpIfNotEqual
      ? { ...instruction, offset: body.length - index - 1 }
      : instruction,
  );
}

function jumpUnless(target: number, immediate: number): Instruction {
  return { code: opcode.jumpIfNotEqual, target, immediate };
}

function encode(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  program.forEach(({ code, target = 0, source = 0, offset = 0, immediate = 0 }, index) => {
    view.setUint8(index * 8, code);
    view.setUint8(index * 8 + 1, target | (source << 4));
    view.setInt16(index * 8 + 2, offset, true);
    view.setInt32(index * 8 + 4, immediate, true);
  });
  return bytes;
}
