/** The frame of a preview: answers the documents in it, and nobody else, with ports to the engine. */
import { parsePreviewPageMessage, type PreviewPortMessage } from '../preview/page-messages.ts';

export interface PreviewFrameOptions {
  readonly origin: string;
  /** Gives the document a way to the engine; false when it may have none. */
  readonly connect: (origin: string, link: MessagePort) => boolean;
  /** The document shows this path. */
  readonly onAddress: (address: string) => void;
}

/** For Svelte's `@attach`: returns what takes the listener away. */
export function attachPreview(frame: HTMLIFrameElement, options: PreviewFrameOptions): () => void {
  const { origin, connect, onAddress } = options;
  const listen = (event: MessageEvent): void => {
    // A document that was navigated away, a frame in the frame, another page: none of them is the preview.
    if (event.source !== frame.contentWindow || event.origin !== origin) return;
    const message = parsePreviewPageMessage(event.data);
    if (message?.type === 'bottleship-preview-location') onAddress(message.address);
    if (message?.type !== 'bottleship-preview-connect') return;
    const { port1, port2 } = new MessageChannel();
    if (!connect(origin, port1)) return port1.close();
    const answer: PreviewPortMessage = { type: 'bottleship-preview-port' };
    frame.contentWindow?.postMessage(answer, origin, [port2]);
  };
  window.addEventListener('message', listen);
  return () => window.removeEventListener('message', listen);
}
