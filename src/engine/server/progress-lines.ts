/** A JSON progress stream: one message a line, as pull, push, import, load and build send them. */
import type { ApiResponse } from '../../api/http.ts';
import type { JsonMessage } from '../../api/image.ts';
import { errorMessage } from '../../lib/errors.ts';
import { encodeJsonLine, streamResponse } from './respond.ts';
import type { RouteRequest } from './route-request.ts';

/** Progress lines kept for a client that does not read: beyond these, the oldest updates are dropped. */
const progressLinesMax = 4096;

/** Who has much to say waits when as many lines are on their way. */
const roomLines = 64;

export interface ProgressTask {
  readonly report: (message: JsonMessage) => void;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** Resolves when the client has taken most of what was reported, or goes away. */
  readonly room: () => Promise<void>;
}

/**
 * An error before the first progress line is a response of its own; a later one is the last line of
 * the stream, as the status went out already.
 */
export async function progressResponse(
  request: RouteRequest,
  run: (task: ProgressTask) => Promise<void>,
): Promise<ApiResponse> {
  const abort = new AbortController();
  request.signal?.addEventListener('abort', () => abort.abort(), { once: true });
  const lines = new ProgressLines(() => abort.abort());
  const done = run({
    report: (message) => lines.push(message),
    signal: abort.signal,
    room: () => lines.room(abort.signal),
  });
  await Promise.race([done, lines.started]);
  done.then(
    () => lines.end(),
    (error: unknown) => {
      const message = errorMessage(error);
      lines.push({ errorDetail: { message }, error: message });
      lines.end();
    },
  );
  return streamResponse('application/json', lines.readable);
}

class ProgressLines {
  readonly readable: ReadableStream<Uint8Array>;
  readonly started: Promise<void>;
  #queue: JsonMessage[] = [];
  #ended = false;
  #onStart: () => void = () => {};
  #wake: () => void = () => {};
  #taken: (() => void)[] = [];

  constructor(onCancel: () => void) {
    this.started = new Promise((resolve) => (this.#onStart = resolve));
    this.readable = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          while (this.#queue.length === 0 && !this.#ended)
            await new Promise<void>((resolve) => (this.#wake = resolve));
          for (const message of this.#queue.splice(0)) controller.enqueue(encodeJsonLine(message));
          for (const resolve of this.#taken.splice(0)) resolve();
          if (this.#ended) controller.close();
        },
        cancel: onCancel,
      },
      { highWaterMark: 0 },
    );
  }

  push(message: JsonMessage): void {
    if (this.#queue.length >= progressLinesMax) this.#queue.shift();
    this.#queue.push(message);
    this.#onStart();
    this.#wake();
  }

  async room(signal: AbortSignal): Promise<void> {
    if (this.#queue.length < roomLines || signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#taken.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }
}
