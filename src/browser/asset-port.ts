/** Takes downloads from the page, which began them, to the worker of the machine. Bytes are moved, not copied. */
import { deferred, type Deferred } from '../guest/deferred.ts';
import { errorKind, errorMessage, KindError, type ErrorKind } from '../lib/errors.ts';
import type { Downloads } from './begin-downloads.ts';
import type { AssetBytes } from './machine-assets.ts';

type AssetMessage =
  | { readonly name: string; readonly bytes: AssetBytes }
  | { readonly name: string; readonly failure: { kind: ErrorKind; message: string } }
  | { readonly compiled: WebAssembly.Module | undefined };

type ReceivedDownloads = Pick<Downloads, 'content' | 'compiled'>;

/** Each is sent when it is there, or why it does not come. */
export function sendDownloads({ names, content, compiled }: Downloads, port: MessagePort): void {
  const send = (message: AssetMessage, moved: ArrayBuffer[] = []): void =>
    port.postMessage(message, moved);
  void compiled.then((module) => send({ compiled: module }));
  for (const name of names)
    content(name).then(
      (bytes) => send({ name, bytes }, [bytes.buffer]),
      (error: unknown) =>
        send({ name, failure: { kind: errorKind(error), message: errorMessage(error) } }),
    );
}

export function receiveDownloads(port: MessagePort): ReceivedDownloads {
  const contents = new Map<string, Deferred<AssetBytes>>();
  const entry = (name: string): Deferred<AssetBytes> => {
    const known = contents.get(name) ?? deferred<AssetBytes>();
    contents.set(name, known);
    // What is never asked for may fail too.
    known.promise.catch(() => undefined);
    return known;
  };
  const compiled = deferred<WebAssembly.Module | undefined>();
  port.addEventListener('message', ({ data }: MessageEvent<AssetMessage>) => {
    if ('compiled' in data) compiled.resolve(data.compiled);
    else if ('bytes' in data) entry(data.name).resolve(data.bytes);
    else entry(data.name).reject(new KindError(data.failure.kind, data.failure.message));
  });
  port.start();
  return { content: (name) => entry(name).promise, compiled: compiled.promise };
}
