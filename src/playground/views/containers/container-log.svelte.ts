/** The end of a container's log, followed while it is shown. */
import type { ApiClient } from '../../../client/api-client.ts';
import { containerLogs } from '../../../client/containers.ts';
import type { Disposable } from '../../../lib/disposable.ts';
import { readChunks } from '../../../lib/read-chunks.ts';
import { StdcopyDecoder } from '../../../lib/stdcopy.ts';

/** Characters that are kept: some screens. */
export const logLengthMax = 20_000;
const tailLines = '100';

export class ContainerLog implements Disposable {
  #text = $state('');
  readonly #stop = new AbortController();

  constructor(client: ApiClient, options: { readonly container: string; readonly tty: boolean }) {
    void this.#read(client, options);
  }

  /** Without the terminal's colours. */
  get text(): string {
    return this.#text;
  }

  dispose(): void {
    this.#stop.abort();
  }

  async #read(
    client: ApiClient,
    { container, tty }: { readonly container: string; readonly tty: boolean },
  ): Promise<void> {
    const { signal } = this.#stop;
    const frames = new StdcopyDecoder();
    const decoder = new TextDecoder();
    const add = (bytes: Uint8Array): void => {
      const text = this.#text + plain(decoder.decode(bytes, { stream: true }));
      this.#text = text.slice(-logLengthMax);
    };
    try {
      const wanted = { container, stdout: true, stderr: true, follow: true, tail: tailLines };
      const stream = await containerLogs(client, { ...wanted, signal });
      for await (const chunk of readChunks(stream, signal)) {
        if (tty) add(chunk);
        else for (const { payload } of frames.push(chunk)) add(payload);
      }
    } catch {
      // It was removed, or the machine is gone: events tell the view.
    }
  }
}

const escapes = new RegExp(String.raw`\u001B\[[0-9;?]*[ -/]*[@-~]|\r`, 'g');

/** Escape sequences and carriage returns are for terminals. */
function plain(text: string): string {
  return text.replaceAll(escapes, '');
}
