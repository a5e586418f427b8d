/** The bare kernel: from power on to the first line of user space, under v86 and under qemu's own emulation. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { V86Machine } from '../../src/vm/v86-machine.ts';
import type { Report } from './report.ts';

export const bareBootRow = 'bare kernel under v86 in Node: power on → user space';
/** The target: how much longer than the bare kernel the first prompt may take. */
export const promptRatioMax = 1.3;
const userSpace = /Run \/init as init process/;
/** The line is only printed at this level. */
const verbose = 'loglevel=7';
const timeoutMs = 60_000;

export async function benchBoot(report: Report, { runs }: { runs: number }): Promise<void> {
  const v86: number[] = [];
  const qemu: number[] = [];
  await bootV86(); // the emulator's own code is compiled once
  for (let run = 0; run < runs; run += 1) {
    v86.push(await bootV86());
    qemu.push(await bootQemu());
  }
  report.add(bareBootRow, v86);
  report.add('the same kernel and initramfs under qemu-system-i386 -accel tcg', qemu, {
    comparedWith: bareBootRow,
  });
}

function file(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../${path}`, import.meta.url)));
}

async function bootV86(): Promise<number> {
  const machine = new V86Machine({
    memorySizeBytes: 528 * 1024 * 1024,
    from: {
      kernel: file('public/machine/kernel.bin'),
      initramfs: file('public/machine/initramfs.cpio'),
      bios: file('public/machine/bios.bin'),
      commandLineExtra: verbose,
    },
    wasm: file('node_modules/v86/build/v86.wasm'),
    handle9p: () => {
      throw new Error('no files here');
    },
  });
  try {
    const begin = performance.now();
    const seen = new Promise<void>((resolve, reject) => {
      let text = '';
      machine.onConsole((more) => {
        text += more;
        if (userSpace.test(text)) resolve();
      });
      setTimeout(() => reject(new Error(`No user space under v86: ${text}`)), timeoutMs).unref();
    });
    await machine.start();
    await seen;
    return performance.now() - begin;
  } finally {
    machine.dispose();
  }
}

async function bootQemu(): Promise<number> {
  const path = (name: string): string =>
    fileURLToPath(new URL(`../../public/machine/${name}`, import.meta.url));
  const begin = performance.now();
  const child = spawn('qemu-system-i386', [
    '-accel', 'tcg', '-m', '528', '-nographic', '-no-reboot',
    '-kernel', path('kernel.bin'), '-initrd', path('initramfs.cpio'),
    '-append', `console=ttyS0 random.trust_cpu=on rdinit=/init ${verbose}`,
    '-netdev', 'user,id=n', '-device', 'virtio-net-pci,netdev=n',
  ]); // prettier-ignore
  const gone = new Promise<void>((resolve) => child.on('close', () => resolve()));
  try {
    await new Promise<void>((resolve, reject) => {
      let text = '';
      child.on('error', reject);
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (userSpace.test(text)) resolve();
      });
      setTimeout(() => reject(new Error(`No user space under qemu: ${text}`)), timeoutMs).unref();
    });
    return performance.now() - begin;
  } finally {
    child.kill();
    if (child.pid !== undefined) await gone;
  }
}
