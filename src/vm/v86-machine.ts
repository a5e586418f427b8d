/**
 * The machine as v86 runs it: one PC with a serial console, a network card as the frame channel and
 * a 9p export. The only importer of v86. Give each machine a thread of its own: a second one in the
 * same thread is slower, and a busy guest holds the thread for about a millisecond at a time.
 */
import { yieldFor, yieldNow } from './yield.ts';
import { V86, type V86Options } from 'v86';
import type { Disposable } from '../lib/disposable.ts';
import { errorMessage, KindError } from '../lib/errors.ts';
import { ConsoleLog } from './console-log.ts';
import { frameMtuBytes, frameSizeBytesMax, isChannelFrame } from './frame.ts';
import { Listeners } from './listeners.ts';
import { MachineStateHolder } from './machine-state.ts';
import type {
  BootFiles,
  FrameChannel,
  Machine,
  MachineOptions,
  MachineState,
  SavedState,
} from './machine.ts';
import { answer9p } from './nine-p.ts';
import { TransmitQueue } from './transmit-queue.ts';
import {
  limitCompiledPages,
  receiveQueue,
  reserveHeap,
  restoreUntouched,
  v86Bus,
  v86Loop,
} from './v86-internals.ts';
import type { V86Bus, VirtQueue } from './v86-internals.ts';

/**
 * What makes the kernel start fast here: no search for a tick rate (`lpj`, `tsc=reliable`,
 * `no_timer_check`) and no waiting for entropy (the processor's RDRAND is the browser's). The machine has
 * its name from the start, because the first shell does not wait for the engine's set-up.
 */
export const commandLine =
  'console=ttyS0 quiet tsc=reliable no_timer_check random.trust_cpu=on lpj=1000000 ' +
  'hostname=bottleship rdinit=/init';

/**
 * Guest code is compiled page by page: with v86's three pages a module is 100 KB large, and compiling it costs
 * more than it saves. Processor time of the host, interleaved runs: boot 15 → 10 s, fifteen `docker run` after it
 * 35 → 22 s, a first gzip 8 → 5.5 s, a third one 2.1 → 1.9 s, on cores that other work shared.
 */
const compiledPagesMax = 1;

/** Of the emulator itself, beside the guest's memory: its compiler's tables and the code it writes. */
const heapSizeBytes = 32 * 1024 * 1024;

/** The least v86 has: nothing is drawn, and a saved machine holds all of it. v86's own is 8 MiB. */
const videoMemorySizeBytes = 256 * 1024;

/** "HdrS" at 0x202 marks a kernel of the boot protocol; v86 would hang silently without. */
const kernelMagicOffset = 0x202;
const kernelMagic = 'HdrS';

/** What the guest asked of its files is answered in this time, or something is wrong. */
const quietMsMax = 20_000;

export class V86Machine implements Machine {
  readonly channel: FrameChannel;
  readonly #options: Omit<MachineOptions, 'from'>;
  /** Until it is loaded: nobody needs it twice. */
  #from: MachineOptions['from'] | undefined;
  readonly #state = new MachineStateHolder();
  readonly #console = new Listeners<string>();
  readonly #frames = new Listeners<Uint8Array>();
  readonly #log = new ConsoleLog();
  readonly #transmit: TransmitQueue;
  #emulator: V86 | undefined;
  #bus: V86Bus | undefined;
  #receiveQueue: VirtQueue | undefined;
  #starting: Promise<void> | undefined;
  #heardFromGuest = false;
  #paused = false;
  #deferred: (() => void) | undefined;
  #disposed = false;
  /** Requests for files that are not answered. */
  #pending9p = 0;
  #quiet: (() => void) | undefined;

  constructor({ from, ...options }: MachineOptions) {
    this.#options = options;
    this.#from = from;
    this.#transmit = new TransmitQueue({
      canTake: () => this.#guestAwaitsFrame(),
      take: (frame) => this.#bus?.send('net0-receive', frame),
      later: (callback) => this.#later(callback),
    });
    this.channel = {
      frameSizeMax: frameSizeBytesMax,
      send: (frame) => this.#send(frame),
      onFrame: (listener) => this.#frames.add(listener),
    };
  }

  /** Puts the machine together, as `start()` does else: worth it while its state is on its way. */
  async prepare(): Promise<void> {
    if (this.#disposed) throw new KindError('unavailable', 'Cannot start machine: it is disposed');
    await (this.#starting ??= this.#load());
  }

  async start(): Promise<void> {
    await this.prepare();
    this.#paused = false;
    await this.#emulator?.run();
    this.#resumeTransmit();
  }

  onState(listener: (state: MachineState) => void): Disposable {
    return this.#state.onState(listener);
  }

  onConsole(listener: (text: string) => void): Disposable {
    return this.#console.add(listener);
  }

  async pause(): Promise<void> {
    this.#paused = true;
    await this.#emulator?.stop();
    // What the last slice did is told before this is.
    await new Promise<void>((resolve) => yieldNow(resolve));
  }

  /**
   * Processor, memory and devices, as bytes for `MachineOptions.state` of the same version of the emulator. The machine
   * must be paused; this waits for the answers that its files owe it. Rejects `conflict` for one that runs.
   */
  async saveState(): Promise<ArrayBuffer> {
    const emulator = this.#emulator;
    if (emulator === undefined || !this.#paused)
      throw new KindError('conflict', 'Cannot save the machine: it is not paused');
    if (this.#pending9p > 0) await this.#answered();
    return emulator.save_state();
  }

  #answered(): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = setTimeout(() => {
        reject(new KindError('unavailable', 'Cannot save the machine: it waits for its files'));
      }, quietMsMax);
      this.#quiet = () => {
        clearTimeout(giveUp);
        resolve();
      };
    });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#transmit.dispose();
    this.#state.clear();
    this.#console.clear();
    this.#frames.clear();
    this.#stop();
  }

  /** Puts the machine together; a failure is a state and a rejection. */
  async #load(): Promise<void> {
    this.#state.set({ phase: 'booting' });
    const from = this.#from;
    this.#from = undefined;
    try {
      const boot = from !== undefined && 'kernel' in from ? from : undefined;
      const emulator = await this.#createEmulator(boot === undefined ? {} : bootOptions(boot));
      if (this.#disposed) {
        void emulator.destroy();
        throw new KindError('cancelled', 'machine is disposed');
      }
      this.#emulator = emulator;
      this.#connect(emulator);
      if (from !== undefined && !('kernel' in from)) await this.#restore(emulator, await from);
    } catch (error) {
      const cause = errorMessage(error);
      this.#state.fail(cause);
      throw new KindError('system', `Cannot start machine: ${cause}`, { cause: error });
    }
  }

  #createEmulator(boot: Partial<V86Options>): Promise<V86> {
    const options = this.#options;
    return new Promise((resolve, reject) => {
      const emulator: V86 = new V86({
        wasm_fn: async (imports) => {
          try {
            const { exports } = await instantiate(options.wasm, imports);
            return exports;
          } catch (error) {
            reject(error);
            // v86 has no path for this: it must never go on.
            return new Promise(() => {});
          }
        },
        memory_size: options.memorySizeBytes,
        vga_memory_size: videoMemorySizeBytes,
        ...boot,
        filesystem: { handle9p: (request, reply) => this.#handle9p(request, reply) },
        net_device: { type: 'virtio', mtu: frameMtuBytes },
        disable_keyboard: true,
        disable_mouse: true,
        disable_speaker: true,
        disable_jit: options.interpreted === true,
        autostart: false,
      });
      emulator.add_listener('emulator-loaded', () => resolve(emulator));
    });
  }

  async #restore(emulator: V86, saved: SavedState): Promise<void> {
    if (this.#disposed) throw new KindError('cancelled', 'machine is disposed');
    await restoreUntouched(emulator, saved.bytes);
    this.#heardFromGuest = true;
    this.#state.set({ phase: 'running' });
    if (saved.console !== undefined) this.#console.emit(saved.console);
    for (const frame of saved.frames ?? []) this.#frames.emit(frame);
  }

  #connect(emulator: V86): void {
    limitCompiledPages(emulator, compiledPagesMax);
    reserveHeap(emulator, heapSizeBytes);
    this.#bus = v86Bus(emulator);
    this.#receiveQueue = receiveQueue(emulator);
    emulator.add_listener('net0-send', (frame) => this.#receive(frame));
    emulator.add_listener('serial0-output-byte', (byte) => {
      if (this.#log.push(byte)) queueMicrotask(() => this.#flushConsole());
    });
    this.#bus.register('cpu-event-halt', () => this.#fail('Machine halted'), undefined);
    const loop = v86Loop(emulator);
    // Its own way differs only in browsers' timers; and an error of the emulator would go nowhere.
    loop.yield = (delayMs, tick) => {
      const slice = (): void => {
        try {
          loop.yield_callback(tick);
        } catch (error) {
          this.#fail(`Emulator stopped: ${errorMessage(error)}`);
        }
      };
      if (delayMs < 1) yieldNow(slice);
      else yieldFor(delayMs, slice);
    };
  }

  #handle9p(request: Uint8Array, reply: (message: Uint8Array) => void): void {
    this.#pending9p += 1;
    answer9p(this.#options.handle9p, request, (message) => {
      if (!this.#disposed) reply(message);
      this.#pending9p -= 1;
      if (this.#pending9p === 0) this.#quiet?.();
    });
  }

  #send(frame: Uint8Array): Promise<void> {
    if (frame.length > frameSizeBytesMax) {
      const sizes = `${frame.length} bytes, at most ${frameSizeBytesMax}`;
      return Promise.reject(new KindError('invalidParameter', `Cannot send frame: ${sizes}`));
    }
    return this.#transmit.send(frame);
  }

  /** The agent speaks first: a frame before that would reach a card that nobody listens to. */
  #guestAwaitsFrame(): boolean {
    const queue = this.#receiveQueue;
    if (this.#paused || !this.#heardFromGuest || queue === undefined) return false;
    return queue.enabled && queue.has_request();
  }

  /** Frames wait for the guest's next slice; while there is none to come, for `#resumeTransmit()`. */
  #later(callback: () => void): void {
    if (this.#heardFromGuest && !this.#paused) yieldNow(callback);
    else this.#deferred = callback;
  }

  #resumeTransmit(): void {
    const callback = this.#deferred;
    this.#deferred = undefined;
    callback?.();
  }

  #receive(frame: Uint8Array): void {
    if (!isChannelFrame(frame)) return;
    if (!this.#heardFromGuest) {
      this.#heardFromGuest = true;
      this.#state.set({ phase: 'running' });
      this.#resumeTransmit();
    }
    this.#frames.emit(frame);
  }

  #flushConsole(): void {
    const { text, failure } = this.#log.take();
    if (text !== '') this.#console.emit(text);
    if (failure !== undefined) this.#fail(failure);
  }

  #fail(cause: string): void {
    this.#state.fail(cause);
    this.#transmit.dispose();
    this.#stop();
  }

  #stop(): void {
    const emulator = this.#emulator;
    this.#emulator = undefined;
    this.#bus = undefined;
    this.#receiveQueue = undefined;
    // Stopping waits for the end of the slice that may be running this very call.
    void emulator?.destroy();
  }
}

function bootOptions(files: BootFiles): Partial<V86Options> {
  checkKernel(files.kernel);
  return {
    bios: { buffer: arrayBufferOf(files.bios) },
    // v86 writes into the kernel's header: the copy keeps the caller's bytes for a second start.
    bzimage: { buffer: arrayBufferOf(files.kernel) },
    initrd: { buffer: arrayBufferOf(files.initramfs) },
    cmdline: [commandLine, files.commandLineExtra ?? ''].join(' ').trim(),
  };
}

function checkKernel(kernel: Uint8Array): void {
  const magic = kernel.subarray(kernelMagicOffset, kernelMagicOffset + kernelMagic.length);
  if (String.fromCharCode(...magic) === kernelMagic) return;
  throw new KindError('dataLoss', 'Kernel image has no boot protocol header');
}

async function instantiate(
  wasm: MachineOptions['wasm'],
  imports: WebAssembly.Imports,
): Promise<WebAssembly.Instance> {
  if (wasm instanceof WebAssembly.Module) return WebAssembly.instantiate(wasm, imports);
  return (await WebAssembly.instantiate(new Uint8Array(wasm), imports)).instance;
}

/** A copy with a buffer of its own, as v86 wants it. */
function arrayBufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
