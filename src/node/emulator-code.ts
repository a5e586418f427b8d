/**
 * The emulator's own code, and V8 told to optimise nothing else from then on. Guest code becomes a small module a page,
 * thousands of them. Optimising those takes more than half of the processor time of a young machine and hardly ever
 * earns it back: `docker run --rm busybox true`, median of the first twenty, 600 → 330 ms, processor time of forty
 * 32 → 15 s, while gzip of 8 MB takes 5 s either way.
 *
 * V8 settles whether the functions of a module count their calls when it is made. So the emulator's is made first, and
 * the counting is turned off afterwards, for this process.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const path = fileURLToPath(new URL('../../node_modules/v86/build/v86.wasm', import.meta.url));

/** Held for the life of the process: V8 gives the same code to every machine of it. */
let compiling: Promise<WebAssembly.Module> | undefined;

export function emulatorCode(): Promise<WebAssembly.Module> {
  return (compiling ??= compile());
}

async function compile(): Promise<WebAssembly.Module> {
  const module = await WebAssembly.compile(await readFile(path));
  setFlagsFromString('--no-wasm-dynamic-tiering');
  setFlagsFromString('--no-wasm-tier-up');
  return module;
}
