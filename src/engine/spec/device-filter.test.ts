import { describe, expect, test } from 'vitest';
import { compileDeviceFilter, defaultDeviceRules } from './device-filter.ts';

interface Access {
  readonly type: 'char' | 'block';
  readonly major: number;
  readonly minor: number;
  readonly access: number;
}

const mayMknod = 1;
const mayRead = 2;
const mayWrite = 4;

/** Runs a program as the kernel would, for the few opcodes that are used. */
function allows(program: Uint8Array, { type, major, minor, access }: Access): boolean {
  const view = new DataView(program.buffer);
  const context = [(access << 16) | (type === 'char' ? 2 : 1), major, minor];
  const registers = Array.from({ length: 11 }, () => 0);
  for (let at = 0; at < program.length / 8; at += 1) {
    const code = view.getUint8(at * 8);
    const target = view.getUint8(at * 8 + 1) & 15;
    const source = view.getUint8(at * 8 + 1) >> 4;
    const offset = view.getInt16(at * 8 + 2, true);
    const immediate = view.getInt32(at * 8 + 4, true);
    const value = registers[target] ?? 0;
    if (code === 0x95) return registers[0] === 1;
    if (code === 0x61) registers[target] = context[offset / 4] ?? 0;
    else if (code === 0x54) registers[target] = value & immediate;
    else if (code === 0x74) registers[target] = value >>> immediate;
    else if (code === 0xbf) registers[target] = registers[source] ?? 0;
    else if (code === 0xb7) registers[target] = immediate;
    else if (code === 0x55) at += value === immediate ? 0 : offset;
    else throw new Error(`Unknown opcode ${code}`);
  }
  throw new Error('The program ran past its end');
}

const device = (type: Access['type'], major: number, minor: number, access: number): Access => ({
  type,
  major,
  minor,
  access,
});

describe('compileDeviceFilter()', () => {
  const program = compileDeviceFilter(defaultDeviceRules);

  test.each([
    ['/dev/null', device('char', 1, 3, mayRead | mayWrite)],
    ['/dev/urandom', device('char', 1, 9, mayRead)],
    ['/dev/ptmx', device('char', 5, 2, mayRead | mayWrite)],
    ['/dev/pts/7', device('char', 136, 7, mayRead | mayWrite)],
    ['mknod of a disk', device('block', 8, 0, mayMknod)],
    ['mknod of the kernel log', device('char', 1, 11, mayMknod)],
  ])('allows %s', (_name, access) => {
    expect(allows(program, access)).toBe(true);
  });

  test.each([
    ['the kernel log', device('char', 1, 11, mayRead)],
    ['a disk', device('block', 8, 0, mayRead)],
    ['a loop device', device('block', 7, 0, mayRead | mayWrite)],
    ['the machine’s serial console', device('char', 4, 64, mayWrite)],
    ['a disk with the number of /dev/null', device('block', 1, 3, mayRead)],
    ['/dev/net/tun', device('char', 10, 200, mayRead | mayWrite)],
  ])('refuses %s', (_name, access) => {
    expect(allows(program, access)).toBe(false);
  });

  test('refuses everything without rules', () => {
    expect(allows(compileDeviceFilter([]), device('char', 1, 3, mayRead))).toBe(false);
  });
});
