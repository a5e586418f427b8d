import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { V86 } from 'v86';
import { reserveHeap } from './v86-internals.ts';

interface Internals {
  readonly v86: {
    readonly cpu: {
      readonly wasm_memory: WebAssembly.Memory;
      zstd_create_ctx(sizeBytes: number): number;
    };
  };
}

test('the emulator has a reserve of memory: taking from it makes no new buffer', async () => {
  const wasm = await readFile(new URL('../../node_modules/v86/build/v86.wasm', import.meta.url));
  const emulator = await new Promise<V86>((resolve) => {
    const made: V86 = new V86({
      wasm_fn: async (imports) => (await WebAssembly.instantiate(wasm, imports)).instance.exports,
      memory_size: 16 * 1024 * 1024,
      autostart: false,
      disable_keyboard: true,
      disable_mouse: true,
      disable_speaker: true,
    });
    made.add_listener('emulator-loaded', () => resolve(made));
  });
  const { cpu } = (emulator as unknown as Internals).v86;
  reserveHeap(emulator, 8 * 1024 * 1024);
  const { buffer } = cpu.wasm_memory;
  for (let taken = 0; taken < 4; taken += 1) cpu.zstd_create_ctx(900 * 1024);
  expect(cpu.wasm_memory.buffer === buffer).toBe(true);
  for (let taken = 0; taken < 8; taken += 1) cpu.zstd_create_ctx(900 * 1024);
  expect(cpu.wasm_memory.buffer === buffer).toBe(false);
  await emulator.destroy();
});
