/**
 * A Duplex over a MessagePort with credit-based flow control. Transferable streams would do the same,
 * but Safari has none. The receiver grants bytes as its reader takes them, so neither side ever holds
 * more than one window of unread data.
 */
import type { Disposable } from './disposable.ts';
import type { Duplex } from './duplex.ts';
import { KindError, errorKinds, errorKind, errorMessage } from './errors.ts';
import type { ErrorKind } from './errors.ts';

/** Bytes a side may send before the other side's reader took any: enough to hide one round trip. */
export const portWindowBytes = 256 * 1024;
/** Largest data message, so that a huge write does not delay a small one of another stream. */
export const portMessageBytesMax = 64 * 1024;

type PortMessage =
  | { readonly type: 'data'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'credit'; readonly bytes: number }
  | { readonly type: 'end' }
  | { readonly type: 'error'; readonly kind: string; readonly message: string }
  | { readonly type: 'cancel' };

/** Wraps one end of a MessageChannel. Disposing fails both halves on both sides and closes the port. */
export function portDuplex(port: MessagePort): Duplex & Disposable {
  return new PortDuplex(port);
}

class PortDuplex implements Duplex, Disposable {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly #port: MessagePort;
  readonly #received: Uint8Array[] = [];
  #source: ReadableStreamDefaultController<Uint8Array> | undefined;
  #sink: WritableStreamDefaultController | undefined;
  #credit = portWindowBytes;
  /** Bytes of `#received`; the other side may not have more on its way than was granted. */
  #unread = 0;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;
  #ended = false;
  #readableDone = false;
  #writableDone = false;
  #disposed = false;

  constructor(port: MessagePort) {
    this.#port = port;
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#source = controller;
        },
        pull: (controller) => this.#pull(controller),
        cancel: () => {
          this.#received.length = 0;
          this.#send({ type: 'cancel' });
          this.#finish('readable');
        },
      },
      { highWaterMark: 0 },
    );
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#sink = controller;
      },
      write: (chunk) => this.#write(chunk),
      close: () => {
        this.#send({ type: 'end' });
        this.#finish('writable');
      },
      abort: (reason) => {
        this.#send({ type: 'error', kind: errorKind(reason), message: errorMessage(reason) });
        this.#finish('writable');
      },
    });
    port.addEventListener('message', ({ data }) => {
      const message = parseMessage(data);
      // Whoever breaks the rules gets nothing more, and costs nothing more.
      if (message === undefined) this.dispose();
      else this.#take(message);
    });
    port.start();
  }

  dispose(): void {
    if (this.#disposed) return;
    const error = new KindError('cancelled', 'Stream closed');
    // A half that ended well stays so: the other side may not have read its end yet.
    if (!this.#writableDone) {
      this.#send({ type: 'error', kind: error.kind, message: error.message });
    }
    if (!this.#readableDone) this.#send({ type: 'cancel' });
    this.#failReadable(error);
    this.#failWritable(error);
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (this.#received.length === 0) {
      if (this.#ended) {
        if (!this.#readableDone) controller.close();
        this.#finish('readable');
        return;
      }
      if (this.#readableDone) return;
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
    const chunk = this.#received.shift();
    if (chunk === undefined || this.#readableDone) return;
    this.#unread -= chunk.byteLength;
    controller.enqueue(chunk);
    this.#send({ type: 'credit', bytes: chunk.byteLength });
  }

  async #write(chunk: Uint8Array): Promise<void> {
    for (let offset = 0; offset < chunk.byteLength;) {
      while (this.#credit <= 0) {
        if (this.#writableDone) return;
        await new Promise<void>((resolve) => {
          this.#wakeWriter = resolve;
        });
      }
      if (this.#writableDone) return;
      const length = Math.min(chunk.byteLength - offset, this.#credit, portMessageBytesMax);
      // A copy, because the caller keeps its buffer; the copy itself moves without another one.
      const bytes = new Uint8Array(chunk.subarray(offset, offset + length));
      this.#credit -= length;
      offset += length;
      this.#send({ type: 'data', bytes }, [bytes.buffer]);
    }
  }

  #take(message: PortMessage): void {
    if (message.type === 'data') {
      if (this.#readableDone) return;
      this.#unread += message.bytes.byteLength;
      if (this.#unread > portWindowBytes) return this.dispose();
      this.#received.push(message.bytes);
      this.#wakeReader?.();
    } else if (message.type === 'credit') {
      this.#credit += message.bytes;
      this.#wakeWriter?.();
    } else if (message.type === 'end') {
      this.#ended = true;
      this.#wakeReader?.();
    } else if (message.type === 'error') {
      this.#failReadable(new KindError(toKind(message.kind), message.message));
    } else {
      this.#failWritable(new KindError('cancelled', 'Stream closed by the reader'));
    }
  }

  #failReadable(error: KindError): void {
    if (this.#readableDone) return;
    this.#received.length = 0;
    this.#source?.error(error);
    this.#finish('readable');
  }

  #failWritable(error: KindError): void {
    if (this.#writableDone) return;
    this.#sink?.error(error);
    this.#finish('writable');
  }

  #finish(half: 'readable' | 'writable'): void {
    if (half === 'readable') this.#readableDone = true;
    else this.#writableDone = true;
    this.#wakeReader?.();
    this.#wakeWriter?.();
    if (!this.#readableDone || !this.#writableDone || this.#disposed) return;
    this.#disposed = true;
    this.#port.close();
  }

  #send(message: PortMessage, transfer: Transferable[] = []): void {
    if (!this.#disposed) this.#port.postMessage(message, transfer);
  }
}

/** The other side may be a page that nobody trusts. Undefined for whatever is no message of a stream. */
function parseMessage(data: unknown): PortMessage | undefined {
  if (typeof data !== 'object' || data === null || !('type' in data)) return undefined;
  const { type, bytes, kind, message } = data as Readonly<Record<string, unknown>>;
  if (type === 'end' || type === 'cancel') return { type };
  if (type === 'data') {
    const isBytes = bytes instanceof Uint8Array && bytes.byteLength > 0;
    return isBytes ? { type, bytes: bytes as Uint8Array<ArrayBuffer> } : undefined;
  }
  if (type === 'credit')
    return typeof bytes === 'number' && bytes >= 0 && bytes <= portWindowBytes
      ? { type, bytes }
      : undefined;
  if (type !== 'error' || typeof kind !== 'string' || typeof message !== 'string') return undefined;
  return { type, kind, message };
}

function toKind(text: string): ErrorKind {
  return errorKinds.find((kind) => kind === text) ?? 'system';
}
