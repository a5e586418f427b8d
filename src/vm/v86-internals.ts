/**
 * The parts of v86 we need that its type declarations leave out. Each is checked when a machine
 * starts, so that another version of v86 fails with a name and not somewhere in the middle.
 */
import type { V86 } from 'v86';
import { KindError } from '../lib/errors.ts';

/** One virtqueue of the emulated network card. */
export interface VirtQueue {
  /** False until the driver set the queue up; its ring addresses are garbage before. */
  readonly enabled: boolean;
  has_request(): boolean;
}

/** The emulator's message bus. */
export interface V86Bus {
  send(event: string, value: unknown): void;
  register(event: string, listener: (value: unknown) => void, self: unknown): void;
}

/** The object that runs the processor in slices. */
export interface V86Loop {
  yield: (delayMs: number, tick: number) => void;
  yield_callback(tick: number): void;
}

/** The processor's settings of its compiler from guest code to WebAssembly. */
export interface V86Compiler {
  set_jit_config(setting: number, value: number): void;
}

/** The processor's memory. */
export interface V86Memory {
  zero_memory: (address: number, sizeBytes: number) => void;
}

/** What the emulator's allocator takes for the bytes of a packed state: it keeps what it is given back. */
export interface V86Allocator {
  zstd_create_ctx(sizeBytes: number): number;
  zstd_free_ctx(context: number): void;
}

/** `set_jit_config`'s number of the most guest pages that one compiled module spans. */
const pagesPerModuleSetting = 1;

export function v86Bus(emulator: V86): V86Bus {
  return member(emulator, ['bus'], isBus);
}

export function v86Loop(emulator: V86): V86Loop {
  return member(emulator, ['v86'], isLoop);
}

/** Limits how many pages of guest code are compiled together; v86's own limit is 3. */
export function limitCompiledPages(emulator: V86, pageCount: number): void {
  const compiler = member(emulator, ['v86', 'cpu'], isCompiler);
  compiler.set_jit_config(pagesPerModuleSetting, pageCount);
}

/**
 * Lets the emulator's own allocator have as much free memory as this at once. It grows the WebAssembly memory by one page
 * of 64 KiB else, hundreds of times; each makes a new buffer object of the whole machine's size, and the engine collects
 * garbage because of it. Pages that nothing was written to take no memory.
 */
export function reserveHeap(emulator: V86, sizeBytes: number): void {
  const allocator = member(emulator, ['v86', 'cpu'], isAllocator);
  allocator.zstd_free_ctx(allocator.zstd_create_ctx(sizeBytes));
}

/** What v86 itself may have written to before a machine runs. */
const touchedSizeBytesMax = 1024 * 1024;

/**
 * Restores a state into a machine that never ran. v86 clears all memory before it fills it in; what nobody has touched
 * yet is clear, and clearing it would take half a second and make all of it memory in use.
 */
export async function restoreUntouched(emulator: V86, state: ArrayBuffer): Promise<void> {
  const memory = member(emulator, ['v86', 'cpu'], isMemory);
  const { zero_memory: clear } = memory;
  memory.zero_memory = (address, sizeBytes) =>
    clear(address, Math.min(sizeBytes, touchedSizeBytesMax));
  try {
    await emulator.restore_state(state);
  } finally {
    memory.zero_memory = clear;
  }
}

/** The queue of buffers in which the guest awaits frames. */
export function receiveQueue(emulator: V86): VirtQueue {
  const path = ['v86', 'cpu', 'devices', 'virtio_net', 'virtio', 'queues', '0'];
  return member(emulator, path, isVirtQueue);
}

function member<T>(
  root: unknown,
  path: readonly string[],
  isExpected: (value: unknown) => value is T,
): T {
  let value = root;
  for (const name of path) value = property(value, name);
  if (isExpected(value)) return value;
  throw new KindError('system', `Cannot use this version of v86: no "${path.join('.')}"`);
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function isBus(value: unknown): value is V86Bus {
  return hasMethods(value, ['send', 'register']);
}

function isLoop(value: unknown): value is V86Loop {
  return hasMethods(value, ['yield', 'yield_callback']);
}

function isCompiler(value: unknown): value is V86Compiler {
  return hasMethods(value, ['set_jit_config']);
}

function isAllocator(value: unknown): value is V86Allocator {
  return hasMethods(value, ['zstd_create_ctx', 'zstd_free_ctx']);
}

function isMemory(value: unknown): value is V86Memory {
  return hasMethods(value, ['zero_memory']);
}

function isVirtQueue(value: unknown): value is VirtQueue {
  return hasMethods(value, ['has_request']) && typeof property(value, 'enabled') === 'boolean';
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return names.every((name) => typeof property(value, name) === 'function');
}
