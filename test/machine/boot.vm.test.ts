/** The machine in public/ boots under v86, and a machine that cannot boot says why. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { BootFiles, MachineOptions, MachineState } from '../../src/vm/machine.ts';
import { PortMachine, serveMachine } from '../../src/vm/port-machine.ts';
import { V86Machine } from '../../src/vm/v86-machine.ts';

const mebibyte = 1024 * 1024;
const machines: { dispose(): void }[] = [];
afterEach(() => {
  for (const machine of machines.splice(0)) machine.dispose();
});

function file(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../${path}`, import.meta.url)));
}

type Changes = Partial<BootFiles & Pick<MachineOptions, 'wasm'>>;

function options({ wasm, ...files }: Changes = {}): MachineOptions {
  return {
    memorySizeBytes: 272 * mebibyte,
    from: {
      kernel: file('public/machine/kernel.bin'),
      initramfs: file('public/machine/initramfs.cpio'),
      bios: file('public/machine/bios.bin'),
      ...files,
    },
    wasm: wasm ?? file('node_modules/v86/build/v86.wasm'),
    handle9p: () => {
      throw new Error('no files here');
    },
  };
}

function makeMachine(changes: Changes = {}): V86Machine {
  const machine = new V86Machine(options(changes));
  machines.push(machine);
  return machine;
}

/** Resolves with the first failed state. */
function failure(machine: V86Machine): Promise<MachineState> {
  return new Promise((resolve) => {
    machine.onState((state) => {
      if (state.phase === 'failed') resolve(state);
    });
  });
}

/** Resolves with everything the console said until a line matched. */
function consoleUntil(machine: V86Machine, pattern: RegExp): Promise<string> {
  let text = '';
  return new Promise((resolve) => {
    machine.onConsole((chunk) => {
      text += chunk;
      if (pattern.test(text)) resolve(text);
    });
  });
}

test('V86Machine boots the kernel and starts /init', async () => {
  const machine = makeMachine({ commandLineExtra: 'loglevel=7' });
  const begin = performance.now();
  const console = consoleUntil(machine, /Run \/init as init process/);
  await machine.start();
  const text = await console;
  const userSpaceMs = Math.round(performance.now() - begin);
  expect(text).toMatch(/Linux version 6\.12\.\d+-bottleship/);
  mkdirSync(new URL('../artifacts', import.meta.url), { recursive: true });
  const record = `${JSON.stringify({ userSpaceMs, consoleVerbose: true })}\n`;
  writeFileSync(new URL('../artifacts/boot.json', import.meta.url), record);
});

test('V86Machine behind a port hears the agent and is running', async () => {
  const { port1, port2 } = new MessageChannel();
  serveMachine(makeMachine(), port1);
  const machine = new PortMachine(port2);
  const frame = new Promise<Uint8Array>((resolve) => machine.channel.onFrame(resolve));
  const running = new Promise<void>((resolve) => {
    machine.onState(({ phase }) => {
      if (phase === 'running') resolve();
    });
  });
  await machine.start();
  await running;
  expect((await frame).length).toBeGreaterThan(0);
  machine.dispose();
  port1.close();
  port2.close();
});

test('V86Machine that finds no init fails with the panic as its cause', async () => {
  const machine = makeMachine({ initramfs: new Uint8Array(512) });
  const failed = failure(machine);
  await machine.start();
  expect(await failed).toMatchObject({ cause: expect.stringMatching(/^Kernel panic|^Unable/) });
});

test('V86Machine refuses a kernel that is none', async () => {
  const machine = makeMachine({ kernel: new Uint8Array(4096) });
  await expect(machine.start()).rejects.toThrow(
    'Cannot start machine: Kernel image has no boot protocol header',
  );
  expect(await failure(machine)).toEqual({
    phase: 'failed',
    cause: 'Kernel image has no boot protocol header',
  });
});

test('V86Machine reports a processor that does not compile', async () => {
  const machine = makeMachine({ wasm: Uint8Array.of(1, 2, 3, 4) });
  await expect(machine.start()).rejects.toMatchObject({ kind: 'system' });
  expect(await failure(machine)).toMatchObject({ cause: expect.stringContaining('WebAssembly') });
});

test('V86Machine that is disposed while loading never runs', async () => {
  const machine = makeMachine();
  const starting = machine.start();
  machine.dispose();
  await expect(starting).rejects.toThrow('machine is disposed');
});

test('pause() stops the guest and start() goes on', async () => {
  const machine = makeMachine({ commandLineExtra: 'loglevel=7' });
  let text = '';
  machine.onConsole((chunk) => (text += chunk));
  const early = consoleUntil(machine, /Linux version/);
  await machine.start();
  await early;
  await machine.pause();
  const before = text;
  await new Promise((resolve) => {
    setTimeout(resolve, 200);
  });
  expect(text).toBe(before);
  const rest = consoleUntil(machine, /Run \/init/);
  await machine.start();
  await rest;
});
