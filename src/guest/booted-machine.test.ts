import { expect, it } from 'vitest';
import {
  bootedMemorySizeBytes,
  decodeBootedMachine,
  encodeBootedMachine,
} from './booted-machine.ts';

const machine = {
  memorySizeBytes: bootedMemorySizeBytes,
  state: {
    bytes: Uint8Array.of(1, 2, 3).buffer,
    frames: [Uint8Array.of(255, 0)],
    console: 'Linux version 6\n',
  },
  files: { msize: 8192, trees: [[]], nodes: [0, 0, -1], fids: [], xattrs: {}, qidBlocks: [] },
  madeFrom: { 'kernel.bin': 'ab' },
};

it('decodeBootedMachine() reads what encodeBootedMachine() wrote', () => {
  expect(decodeBootedMachine(encodeBootedMachine(machine))).toEqual(machine);
});

it.each([
  ['nothing', () => new Uint8Array()],
  ['something else', () => new TextEncoder().encode('<!doctype html><title>404</title>')],
  ['a header without its state', () => encodeBootedMachine(machine).slice(0, -3)],
  ['a header that is no JSON', () => encodeBootedMachine(machine).fill(0x7b, 8, 20)],
  ['a machine of another size', () => encodeBootedMachine({ ...machine, memorySizeBytes: 1 })],
  ['a header of enormous length', () => encodeBootedMachine(machine).fill(0xff, 4, 8)],
])('decodeBootedMachine() refuses %s', (_what, bytes) => {
  expect(() => decodeBootedMachine(bytes())).toThrow('its file is damaged');
});
