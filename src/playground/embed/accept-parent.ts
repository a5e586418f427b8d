/**
 * The embed's side of the greeting. Only the window that holds the frame may answer, once, and only from the origin that
 * the embed's address names, if it names one. Whatever else is posted to the frame is not looked at.
 */
import { embedVersion, parseEmbedConnect, type EmbedConnect, type EmbedHello } from './protocol.ts';

/** The part of `Window` that is used. */
export interface EmbedWindow {
  readonly parent: { postMessage(message: unknown, targetOrigin: string): void };
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

export interface AcceptOptions {
  readonly window: EmbedWindow;
  readonly host: string | undefined;
  readonly connected: (port: MessagePort, connect: EmbedConnect) => void;
}

export function acceptParent({ window, host, connected }: AcceptOptions): void {
  // Opened as a page of its own: there is nobody to greet.
  if ((window.parent as unknown) === window) return;
  const hear = (event: MessageEvent): void => {
    if (event.source !== (window.parent as unknown)) return;
    if (host !== undefined && event.origin !== host) return;
    const connect = parseEmbedConnect(event.data);
    const [port] = event.ports;
    if (connect === undefined || port === undefined) return;
    window.removeEventListener('message', hear);
    connected(port, connect);
  };
  window.addEventListener('message', hear);
  const hello: EmbedHello = { type: 'bottleship-embed-hello', version: embedVersion };
  window.parent.postMessage(hello, host ?? '*');
}
