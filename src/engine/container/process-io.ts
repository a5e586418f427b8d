/** Carrying a process's streams: output to whoever takes it, input from whoever is attached. */
import type { GuestProcess } from '../../guest/guest.ts';
import type { LogStream } from './container-log.ts';

/** As dockerd: so long after the exit, output that never ends is no longer waited for. */
export const drainMsMax = 2000;

/** Reads both output streams to their ends; `take` slows the process down. */
export async function pumpOutput(
  process: GuestProcess,
  take: (stream: LogStream, chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const pump = async (stream: LogStream): Promise<void> => {
    try {
      for await (const chunk of process[stream]) await take(stream, chunk);
    } catch {
      // A stream that breaks off is as good as ended: the exit status tells the rest.
    }
  };
  await Promise.all([pump('stdout'), pump('stderr')]);
}

/**
 * The standard input of a process that may not be running yet. Writers wait until it is; what is
 * written after its end is dropped, as it is with a pipe nobody reads.
 */
export class InputRelay {
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #ready: Promise<void>;
  #setReady: () => void = () => {};
  #ended = false;

  constructor() {
    this.#ready = new Promise((resolve) => (this.#setReady = resolve));
  }

  connect(stdin: WritableStream<Uint8Array>): void {
    this.#writer = stdin.getWriter();
    this.#setReady();
  }

  /** The process is gone. */
  end(): void {
    this.#ended = true;
    this.#setReady();
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#ready;
    if (this.#ended) return;
    await this.#writer?.write(chunk).catch(() => {});
  }

  /** End of file for the process. */
  async close(): Promise<void> {
    await this.#ready;
    if (this.#ended) return;
    await this.#writer?.close().catch(() => {});
  }
}
