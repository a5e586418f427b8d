/** A WebSocket that goes through the service worker: browsers let none of the native ones pass it. */
import { bufferedBytesMax, lengthOf } from '../../preview/websocket-protocol.ts';
import type { WebSocketEventMessage, WebSocketRequest } from '../../preview/websocket-protocol.ts';

export interface Dial {
  /** The path and query on the previewed server; undefined when the address is somebody else's. */
  target(url: URL): string | undefined;
  open(target: string, protocols: readonly string[], port: MessagePort): void;
}

const states = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const;
const handlerNames = ['open', 'message', 'error', 'close'] as const;
type Handler = ((this: WebSocket, event: Event) => unknown) | null;

/** The class that takes the place of `WebSocket`; addresses of other servers get a native one. */
export function previewWebSocket(native: typeof WebSocket, dial: Dial): typeof WebSocket {
  function WebSocketOfPage(url: string | URL, protocols: string | string[] = []): WebSocket {
    const address = new URL(url, document.baseURI);
    address.protocol = address.protocol.replace(/^http/, 'ws');
    const target = dial.target(address);
    if (target === undefined) return new native(url, protocols);
    if (address.hash !== '')
      throw new DOMException('The URL contains a fragment identifier', 'SyntaxError');
    const names = typeof protocols === 'string' ? [protocols] : protocols;
    return new PreviewSocket(address.href, (port) => dial.open(target, names, port)) as never;
  }
  // `instanceof` and the constants work as with the native one, whichever was made.
  WebSocketOfPage.prototype = native.prototype;
  Object.setPrototypeOf(PreviewSocket.prototype, native.prototype);
  return Object.assign(WebSocketOfPage, states) as never;
}

class PreviewSocket {
  readonly #target = new EventTarget();
  readonly #port: MessagePort;
  readonly #handlers = new Map<string, Handler>();

  constructor(url: string, open: (port: MessagePort) => void) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const own = { url, protocol: '', extensions: '', readyState: 0, bufferedAmount: 0 };
    for (const [name, value] of Object.entries({ ...own, binaryType: 'blob' }))
      Object.defineProperty(this, name, { value, writable: true, enumerable: true });
    for (const name of handlerNames) {
      Object.defineProperty(this, `on${name}`, {
        get: () => this.#handlers.get(name) ?? null,
        set: (handler: unknown) => {
          this.#handlers.set(name, typeof handler === 'function' ? (handler as Handler) : null);
        },
      });
      this.#target.addEventListener(name, (event) =>
        this.#handlers.get(name)?.call(this as never, event),
      );
    }
    port1.addEventListener('message', ({ data }: MessageEvent<WebSocketEventMessage>) =>
      this.#take(data),
    );
    port1.addEventListener('close', () =>
      this.#closed({ code: 1006, reason: '', wasClean: false }),
    );
    port1.start();
    open(port2);
  }

  declare readyState: number;
  declare protocol: string;
  declare bufferedAmount: number;
  declare binaryType: BinaryType;

  addEventListener(...given: Parameters<EventTarget['addEventListener']>): void {
    this.#target.addEventListener(...given);
  }

  removeEventListener(...given: Parameters<EventTarget['removeEventListener']>): void {
    this.#target.removeEventListener(...given);
  }

  dispatchEvent(event: Event): boolean {
    return this.#target.dispatchEvent(event);
  }

  send(data: string | ArrayBuffer | ArrayBufferView | Blob): void {
    if (this.readyState === states.CONNECTING)
      throw new DOMException('Still in CONNECTING state.', 'InvalidStateError');
    if (this.readyState !== states.OPEN) return;
    if (data instanceof Blob) {
      void data.arrayBuffer().then((bytes) => this.send(bytes));
      return;
    }
    const plain = typeof data === 'string' ? data : bytesOf(data);
    this.bufferedAmount += lengthOf(plain);
    if (this.bufferedAmount > bufferedBytesMax) return this.close();
    this.#tell({ type: 'send', data: plain });
  }

  close(code?: number, reason = ''): void {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999))
      throw new DOMException(
        `The code must be 1000, or 3000 to 4999: ${code}`,
        'InvalidAccessError',
      );
    if (new TextEncoder().encode(reason).length > 123)
      throw new DOMException('The reason is too long', 'SyntaxError');
    if (this.readyState >= states.CLOSING) return;
    this.readyState = states.CLOSING;
    this.#tell({ type: 'close', reason, ...(code === undefined ? {} : { code }) });
  }

  #take(message: WebSocketEventMessage): void {
    if (message.type === 'sent') {
      this.bufferedAmount -= message.length;
    } else if (message.type === 'open') {
      if (this.readyState !== states.CONNECTING) return;
      this.readyState = states.OPEN;
      this.protocol = message.protocol;
      this.dispatchEvent(new Event('open'));
    } else if (message.type === 'message') {
      this.#tell({ type: 'taken' });
      if (this.readyState !== states.OPEN) return;
      const { data } = message;
      const isBlob = typeof data !== 'string' && this.binaryType === 'blob';
      const { origin } = location;
      this.dispatchEvent(
        new MessageEvent('message', { data: isBlob ? new Blob([data]) : data, origin }),
      );
    } else {
      this.#closed(message);
    }
  }

  #closed({ code, reason, wasClean }: { code: number; reason: string; wasClean: boolean }): void {
    if (this.readyState === states.CLOSED) return;
    this.readyState = states.CLOSED;
    this.#port.close();
    if (!wasClean) this.dispatchEvent(new Event('error'));
    this.dispatchEvent(new CloseEvent('close', { code, reason, wasClean }));
  }

  #tell(message: WebSocketRequest): void {
    this.#port.postMessage(message);
  }
}

/** A copy: what the caller does to its bytes later is not sent. */
function bytesOf(data: ArrayBuffer | ArrayBufferView): ArrayBuffer {
  if (data instanceof ArrayBuffer) return data.slice(0);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
    .buffer as ArrayBuffer;
}
