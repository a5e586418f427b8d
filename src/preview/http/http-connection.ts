/** One connection of the client: requests one after the other, each answered before the next is sent. */
import type { Disposable } from '../../lib/disposable.ts';
import type { Duplex } from '../../lib/duplex.ts';
import { KindError, errorMessage } from '../../lib/errors.ts';
import { BodyReader } from '../../lib/http/body-reader.ts';
import { ByteReader } from '../../lib/http/byte-reader.ts';
import { encodeChunk, lastChunk } from '../../lib/http/chunk.ts';
import { MalformedHeadError, endOfHead } from '../../lib/http/head.ts';
import type { HttpClientLimits } from './limits.ts';
import { parseResponseHead, type Field, type ResponseHead } from './response-head.ts';

export interface HttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly fields: readonly Field[];
  /** Sent in chunks. */
  readonly body?: ReadableStream<Uint8Array>;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly Field[];
  /** To be read to its end or cancelled. */
  readonly body: ReadableStream<Uint8Array>;
  /** The connection itself, after status 101. */
  readonly upgraded?: Duplex;
}

/** The server closed a connection that it had kept, before it answered anything: the request may go over another. */
export class StaleConnectionError extends KindError {}

export class HttpConnection implements Disposable {
  readonly #duplex: Duplex;
  readonly #reader: ByteReader;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #limits: HttpClientLimits;
  #usedBefore = false;
  #over = false;
  /** The current request, its body included. */
  #sentWhole = false;
  #tellFree: (reusable: boolean) => void = () => undefined;

  constructor(duplex: Duplex, limits: HttpClientLimits) {
    this.#duplex = duplex;
    this.#reader = new ByteReader(duplex.readable);
    this.#writer = duplex.writable.getWriter();
    this.#writer.closed.catch(() => undefined);
    this.#limits = limits;
  }

  /** Resolves when the current exchange is over: true when another may follow. */
  free: Promise<boolean> = Promise.resolve(true);

  /** Resolves when the server ends an idle connection, or says something that nobody asked for. */
  async untilSpoiled(): Promise<void> {
    await this.#reader.fill().catch(() => false);
  }

  /** One request and its response. Rejects with a KindError; the connection is over then. */
  async exchange(request: HttpRequest): Promise<HttpResponse> {
    this.free = new Promise((resolve) => (this.#tellFree = resolve));
    const abort = (): void => this.dispose();
    request.signal?.addEventListener('abort', abort, { once: true });
    void this.free.then(() => request.signal?.removeEventListener('abort', abort));
    try {
      request.signal?.throwIfAborted();
      this.#sentWhole = false;
      const sent = this.#send(request).then(() => void (this.#sentWhole = true));
      sent.catch(() => undefined); // what the server answered counts, if it did
      const head = await this.#readHead(request.method, sent);
      this.#usedBefore = true;
      const { status, reason, fields } = head;
      if (status === 101)
        return { status, reason, fields, body: empty(), upgraded: this.#handOver() };
      return {
        status,
        reason,
        fields,
        body: this.#body(head, { sent, hasBody: request.body !== undefined }),
      };
    } catch (error) {
      this.dispose();
      await request.body?.cancel(error).catch(() => undefined);
      if (request.signal?.aborted === true) throw new KindError('cancelled', 'Request was aborted');
      if (error instanceof KindError) throw error;
      throw new KindError('unavailable', errorMessage(error), { cause: error });
    }
  }

  dispose(): void {
    if (this.#over) return;
    this.#over = true;
    this.#writer.abort(new KindError('cancelled', 'Connection closed')).catch(() => undefined);
    this.#reader.cancel().catch(() => undefined);
    this.#tellFree(false);
  }

  async #send({ method, target, fields, body }: HttpRequest): Promise<void> {
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
    const coding = body === undefined ? '' : 'transfer-encoding: chunked\r\n';
    await this.#writer.write(
      latin1Bytes(`${method} ${target} HTTP/1.1\r\n${lines.join('')}${coding}\r\n`),
    );
    if (body === undefined) return;
    const reader = body.getReader();
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        if (value.length > 0) await this.#writer.write(encodeChunk(value));
      }
      await this.#writer.write(lastChunk);
    } catch (error) {
      await reader.cancel(error).catch(() => undefined);
      throw error;
    }
  }

  /** The head that counts: those of 1xx before it are passed over. */
  async #readHead(method: string, sent: Promise<void>): Promise<ResponseHead> {
    for (let count = 0; count <= this.#limits.informationalCountMax; count++) {
      const head = await this.#readOneHead(method, sent);
      if (head.status >= 200 || head.status === 101) return head;
    }
    throw new KindError('dataLoss', 'Malformed response: too many informational responses');
  }

  async #readOneHead(method: string, sent: Promise<void>): Promise<ResponseHead> {
    for (let searched = 0; ;) {
      const { buffered } = this.#reader;
      const end = endOfHead(buffered, searched);
      if ((end?.next ?? buffered.length) > this.#limits.headBytesMax)
        throw new KindError('resourceExhausted', 'Malformed response: its head is too long');
      if (end !== undefined) {
        const text = latin1Text(buffered.subarray(0, end.length));
        this.#reader.take(end.next);
        return parsed(text, method);
      }
      searched = Math.max(0, buffered.length - 3);
      if (!(await this.#more(sent))) throw this.#ended(buffered.length);
    }
  }

  /** A connection that cannot be written to may still hold the answer; one that fails both ways tells the first reason. */
  async #more(sent: Promise<void>): Promise<boolean> {
    try {
      return await this.#reader.fill();
    } catch (error) {
      if (this.#usedBefore) return false;
      await sent;
      throw error;
    }
  }

  #ended(receivedBytes: number): KindError {
    if (receivedBytes === 0 && this.#usedBefore)
      return new StaleConnectionError('unavailable', 'The server closed the connection');
    return new KindError(
      'unavailable',
      receivedBytes === 0
        ? 'The server closed the connection without an answer'
        : 'Malformed response: it ends within its head',
    );
  }

  #body(
    head: ResponseHead,
    request: { readonly sent: Promise<void>; readonly hasBody: boolean },
  ): ReadableStream<Uint8Array> {
    const body = new BodyReader(this.#reader, { length: head.length, limits: this.#limits });
    const finish = async (): Promise<void> => {
      // A server may answer before it took the whole request; what is left of that is in the way of the next.
      const isSent = this.#sentWhole || (!request.hasBody && (await succeeds(request.sent)));
      if (head.keepsAlive && isSent && !this.#over) this.#tellFree(true);
      else this.dispose();
    };
    if (head.length === 0) {
      void finish();
      return empty();
    }
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            const piece = await body.next();
            if (piece !== undefined) return controller.enqueue(piece);
            controller.close();
            await finish();
          } catch (error) {
            this.dispose();
            throw new KindError('dataLoss', `Malformed response: ${errorMessage(error)}`, {
              cause: error,
            });
          }
        },
        cancel: () => this.dispose(),
      },
      { highWaterMark: 0 },
    );
  }

  /** The connection is the caller's from here on. */
  #handOver(): Duplex {
    this.#over = true;
    this.#writer.releaseLock();
    this.#tellFree(false);
    return { readable: this.#reader.rest(), writable: this.#duplex.writable };
  }
}

function parsed(text: string, method: string): ResponseHead {
  try {
    return parseResponseHead(text, method);
  } catch (error) {
    if (!(error instanceof MalformedHeadError)) throw error;
    const detail = error.message === '' ? 'malformed header' : error.message;
    throw new KindError('dataLoss', `Malformed response: ${detail}`, { cause: error });
  }
}

function empty(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() });
}

function succeeds(promise: Promise<void>): Promise<boolean> {
  return promise.then(
    () => true,
    () => false,
  );
}

/** Field values are bytes: what a server says in any encoding comes out as it went in. */
function latin1Text(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}
