/**
 * Lets V8 optimise the emulator and leave the guest's code alone, in this process from here on: for machines that live no
 * longer than a test. Guest code is compiled to a small module a page, thousands of them, and optimising those took more
 * than half of a test's processor time. Optimising nothing (`--liftoff-only`) costs less, but runs the emulator itself at
 * half its speed.
 *
 * V8 decides when a module is made whether its functions count their calls, and gives one and the same module to whoever
 * brings the same bytes as long as it is in use. So the emulator's is made here, before counting is turned off.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const wasm = fileURLToPath(new URL('../../node_modules/v86/build/v86.wasm', import.meta.url));

const emulator = await WebAssembly.compile(readFileSync(wasm));
setFlagsFromString('--no-wasm-dynamic-tiering');
setFlagsFromString('--no-wasm-tier-up');

// Held for the life of the process: without a user the module would go.
Object.defineProperty(globalThis, Symbol('emulator'), { value: emulator });
