/**
 * The bare kernel in a browser: a module worker that boots it and tells how long it took to user space.
 * Bundled and served by bare-boot.ts.
 */
import { V86Machine } from '../../src/vm/v86-machine.ts';

/** Printed at this level only. */
const userSpace = /Run \/init as init process/;
const commandLineExtra = 'loglevel=7';

async function bytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`Cannot fetch "${path}": status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Milliseconds from power on, with everything at hand, to the first line of user space. */
async function bootMs(): Promise<number> {
  const names = ['kernel.bin', 'initramfs.cpio', 'bios.bin', 'v86.wasm'];
  const files = await Promise.all(names.map((name) => bytes(`/machine/${name}`)));
  const [kernel, initramfs, bios, wasm] = files;
  if (!kernel || !initramfs || !bios || !wasm) throw new Error('A file is missing');
  const begin = performance.now();
  const machine = new V86Machine({
    memorySizeBytes: 528 * 1024 * 1024,
    from: { kernel, initramfs, bios, commandLineExtra },
    wasm,
    handle9p: () => {
      throw new Error('no files here');
    },
  });
  const seen = new Promise<void>((resolve) => {
    let text = '';
    machine.onConsole((more) => {
      text += more;
      if (userSpace.test(text)) resolve();
    });
  });
  await machine.start();
  await seen;
  const end = performance.now();
  machine.dispose();
  return end - begin;
}

bootMs().then(
  (milliseconds) => postMessage({ milliseconds }),
  (error: unknown) => postMessage({ error: String(error) }),
);
