/**
 * What the rest of the project knows of a virtual machine. The v86 machine, its proxy over a
 * MessagePort and the fake implement it; nothing above `guest` sees it.
 */
import type { Disposable } from '../lib/disposable.ts';

export type MachineState =
  | { readonly phase: 'off' }
  | { readonly phase: 'loading'; readonly receivedBytes: number; readonly totalBytes: number }
  | { readonly phase: 'booting' }
  | { readonly phase: 'running' }
  | { readonly phase: 'failed'; readonly cause: string };

/** What a machine is booted from. */
export interface BootFiles {
  readonly kernel: Uint8Array;
  readonly initramfs: Uint8Array;
  readonly bios: Uint8Array;
  /** Appended to the kernel command line. */
  readonly commandLineExtra?: string;
}

/** What a machine goes on from instead of booting; it must have as much memory. */
export interface SavedState {
  /** What `V86Machine.saveState()` of the same version of the emulator gave. */
  readonly bytes: ArrayBuffer;
  /** Frames it had sent that nobody has heard: told at the start. */
  readonly frames?: readonly Uint8Array[];
  /** What its console had said: told at the start. */
  readonly console?: string;
}

export interface MachineOptions {
  /** Guest memory in bytes. SeaBIOS reserves the top 16 MB: 272 and 528 MiB are sensible sizes. */
  readonly memorySizeBytes: number;
  /** The processor; a module that is compiled already saves that time. */
  readonly wasm: Uint8Array | WebAssembly.Module;
  /** A state may still be on its way while the machine is prepared. */
  readonly from: BootFiles | SavedState | Promise<SavedState>;
  /** Interprets the guest's code and compiles none of it: slow, and the same in every run. */
  readonly interpreted?: boolean;
  /**
   * Answers one 9P2000.L request (whole message, size field included) with one whole reply. An answer
   * that is not a promise must be handed to the device at once: the guest then need not wait for it.
   */
  readonly handle9p: (request: Uint8Array) => Uint8Array | Promise<Uint8Array>;
}

/** A channel of whole link-layer frames to the agent; see guest/protocol.ts for what they carry. */
export interface FrameChannel {
  /** Largest frame in bytes. */
  readonly frameSizeMax: number;
  /** Queues a frame for the guest; resolves when the device took it (back-pressure). */
  send(frame: Uint8Array): Promise<void>;
  /** Every frame from the guest, in order. */
  onFrame(listener: (frame: Uint8Array) => void): Disposable;
}

export interface Machine extends Disposable {
  readonly channel: FrameChannel;
  /** Starts the processor; resolves as soon as the guest runs (not when user space is up). */
  start(): Promise<void>;
  onState(listener: (state: MachineState) => void): Disposable;
  /** Serial console output: the kernel log. */
  onConsole(listener: (text: string) => void): Disposable;
  /** Stops the processor; `start()` goes on. For hidden pages. */
  pause(): Promise<void>;
}
