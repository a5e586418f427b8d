/** What a booted machine is made from: with any other of these its state makes no sense. */
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { sha256OfFile } from '../support/hash.mjs';

const root = new URL('../../', import.meta.url);

const inputs = {
  'kernel.bin': 'public/machine/kernel.bin',
  'initramfs.cpio': 'public/machine/initramfs.cpio',
  'bios.bin': 'public/machine/bios.bin',
  'userland.bin': 'public/machine/userland.bin',
  'v86.wasm': 'node_modules/v86/build/v86.wasm',
  'libv86.mjs': 'node_modules/v86/build/libv86.mjs',
};

/** Names of what is not as it was when this `booted.bin.br` was made; see src/guest/booted-machine.ts. */
export async function inputsThatDiffer(packed) {
  const bytes = await promisify(brotliDecompress)(packed);
  const at = 8;
  const { madeFrom } = JSON.parse(bytes.toString('utf8', at, at + bytes.readUInt32LE(4)));
  const present = await hashInputs();
  return Object.keys(present).filter((name) => madeFrom[name] !== present[name]);
}

/** sha256 in hex by name. */
export async function hashInputs() {
  const entries = Object.entries(inputs).map(async ([name, path]) => {
    return [name, await sha256OfFile(fileURLToPath(new URL(path, root)))];
  });
  return Object.fromEntries(await Promise.all(entries));
}
