/**
 * HTTP/1.1 over any pair of byte streams: a socket of Node, the machine's docker.sock, a port. Requests are answered
 * one after the other, so pipelining is safe; both directions have back-pressure; a response may take over the
 * connection (Docker's hijack, with or without an upgrade).
 */
import { joinBytes } from '../../../lib/join-bytes.ts';
import type { ApiHandler, ApiRequest, ApiResponse } from '../../../api/http.ts';
import type { Duplex } from '../../../lib/duplex.ts';
import { ByteReader } from '../../../lib/http/byte-reader.ts';
import { encodeChunk, lastChunk } from '../../../lib/http/chunk.ts';
import { endOfHead } from '../../../lib/http/head.ts';
import { HttpError, refusal } from './http-error.ts';
import { httpLimits, type HttpLimits } from './limits.ts';
import { RequestBody } from './request-body.ts';
import { parseRequestHead, wantsKeepAlive, type RequestHead } from './request-head.ts';
import { encodeHead } from './response-writer.ts';

export interface ConnectionOptions {
  readonly limits?: Partial<HttpLimits>;
  /** Ends the connection: at once when it is idle, otherwise its request's signal is aborted. */
  readonly signal?: AbortSignal;
}

/** Resolves when the connection is over, whatever ended it; never rejects. */
export async function serveConnection(
  duplex: Duplex,
  handler: ApiHandler,
  options: ConnectionOptions = {},
): Promise<void> {
  const connection = new Connection(duplex, handler, options);
  await connection.serve();
}

class Connection {
  readonly #reader: ByteReader;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #handler: ApiHandler;
  readonly #limits: HttpLimits;
  readonly #signal: AbortSignal | undefined;
  readonly #peerGone = new AbortController();
  #isHijacked = false;

  constructor(duplex: Duplex, handler: ApiHandler, options: ConnectionOptions) {
    this.#reader = new ByteReader(duplex.readable);
    this.#writer = duplex.writable.getWriter();
    // Every write tells; this only keeps the runtime from calling it unhandled.
    this.#writer.closed.catch(() => undefined);
    this.#handler = handler;
    this.#limits = { ...httpLimits, ...options.limits };
    this.#signal = options.signal;
  }

  async serve(): Promise<void> {
    const stop = (): void => {
      this.#peerGone.abort();
      this.#reader.cancel().catch(() => undefined);
    };
    this.#signal?.addEventListener('abort', stop, { once: true });
    try {
      while (await this.#serveOne());
      await this.#writer.close();
    } catch (error) {
      if (error instanceof HttpError) await this.#refuse(error);
      else await this.#writer.abort(error).catch(() => undefined);
    } finally {
      this.#signal?.removeEventListener('abort', stop);
      this.#peerGone.abort();
      await this.#reader.cancel().catch(() => undefined);
    }
  }

  async #refuse(error: HttpError): Promise<void> {
    try {
      await this.#writer.write(refusal(error));
      await this.#writer.close();
    } catch {
      // Nobody is there to read it.
    }
  }

  /** One request and its response; false when it was the last. Rejects when the connection failed. */
  async #serveOne(): Promise<boolean> {
    const head = await this.#readHead();
    if (head === undefined || this.#isStopping()) return false;
    const body = this.#bodyOf(head);
    if (body === undefined) this.#watchPeer();
    else void body.done.then(() => this.#watchPeer());
    const response = await this.#handler(this.#requestOf(head, body));
    if (response.upgraded !== undefined) {
      // From here on the end of the client's half is the end of its input, no more.
      this.#isHijacked = true;
      await this.#hijack(response, {
        stream: response.upgraded,
        body: head.body === 'chunked' ? undefined : body,
      });
      return false;
    }
    // The rest of a body that nobody wanted is in the way of the next request.
    const keepAlive =
      wantsKeepAlive(head) && !this.#isStopping() && body?.isTooMuchToDrain !== true;
    await this.#respond(head, response, keepAlive);
    return keepAlive && (body === undefined || body.isDone || body.drain());
  }

  #isStopping(): boolean {
    return this.#signal?.aborted === true;
  }

  async #readHead(): Promise<RequestHead | undefined> {
    const isEmpty = (): boolean => this.#reader.buffered.length === 0;
    if (isEmpty() && !(await this.#reader.fill().catch(() => false))) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new HttpError(408)), this.#limits.headTimeoutMs);
    });
    late.catch(() => undefined);
    try {
      // Empty lines after a body are forgiven, as Go does for old clients.
      for (let skipped = 0; skipped < 4 && /^[\r\n]/.test(first(this.#reader)); skipped++)
        this.#reader.take(1);
      for (let searched = 0; ;) {
        const { buffered } = this.#reader;
        const end = endOfHead(buffered, searched);
        if ((end?.next ?? buffered.length) > this.#limits.headBytesMax) throw new HttpError(431);
        if (end !== undefined) {
          const text = new TextDecoder().decode(buffered.subarray(0, end.length));
          this.#reader.take(end.next);
          return parseRequestHead(text);
        }
        searched = Math.max(0, buffered.length - 3);
        if (!(await Promise.race([this.#reader.fill(), late]))) return undefined;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #bodyOf(head: RequestHead): RequestBody | undefined {
    const expected = head.headers['expect'];
    if (expected !== undefined && !expectsContinue(head)) throw new HttpError(417);
    if (head.body === 'none') return undefined;
    return new RequestBody(this.#reader, {
      length: head.body,
      limits: this.#limits,
      awaitsContinue: expectsContinue(head),
      sendContinue: () => this.#writer.write(continueLine),
    });
  }

  /** Reads ahead while the request is answered: the end of the stream is how a client that left shows. */
  #watchPeer(): void {
    if (this.#reader.buffered.length > 0) return;
    this.#reader.fill().then(
      (more) => {
        if (!more && !this.#isHijacked) this.#peerGone.abort();
      },
      () => this.#peerGone.abort(),
    );
  }

  #requestOf(head: RequestHead, body: RequestBody | undefined): ApiRequest {
    return {
      method: head.method,
      path: head.target,
      headers: head.headers,
      signal: this.#peerGone.signal,
      ...(body === undefined ? {} : { body: body.stream }),
    };
  }

  async #respond(head: RequestHead, response: ApiResponse, keepAlive: boolean): Promise<void> {
    const { status, body } = response;
    const headers = { ...response.headers, date: new Date().toUTCString() };
    const connection = keepAlive ? {} : { connection: 'close' };
    if (status === 204 || status === 304 || head.method === 'HEAD') {
      if (body instanceof ReadableStream) await body.cancel();
      await this.#writer.write(encodeHead(status, { ...headers, ...connection }));
      return;
    }
    if (!(body instanceof ReadableStream)) {
      const bytes = body ?? new Uint8Array();
      const length = { 'content-length': String(bytes.length) };
      const whole = [encodeHead(status, { ...headers, ...length, ...connection }), bytes];
      await this.#writer.write(joinBytes(whole));
      return;
    }
    const chunked = head.minorVersion >= 1;
    const encoding = chunked ? { 'transfer-encoding': 'chunked' } : {};
    try {
      await this.#writer.write(encodeHead(status, { ...headers, ...encoding, ...connection }));
      await this.#stream(body, chunked);
    } catch (error) {
      if (!body.locked) await body.cancel(error).catch(() => undefined);
      throw error;
    }
  }

  /**
   * A body that fails leaves no last chunk: that is how a client can tell. One that waits for something to happen has
   * to heed its request's signal; a client that only ended its half still gets the rest of all others.
   */
  async #stream(body: ReadableStream<Uint8Array>, chunked: boolean): Promise<void> {
    const reader = body.getReader();
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        if (value.length > 0) await this.#writer.write(chunked ? encodeChunk(value) : value);
      }
      if (chunked) await this.#writer.write(lastChunk);
    } catch (error) {
      await reader.cancel(error).catch(() => undefined);
      throw error;
    }
  }

  /** The connection is the stream's from here on; each half ends by itself. */
  async #hijack(
    response: ApiResponse,
    { stream, body }: { readonly stream: Duplex; readonly body: RequestBody | undefined },
  ): Promise<void> {
    const input = this.#passInput(stream, body);
    // What the other side takes no more, or what the client did not send, ends only this half.
    input.catch(() => undefined);
    const reader = stream.readable.getReader();
    try {
      await this.#writer.write(encodeHead(response.status, response.headers));
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        await this.#writer.write(value);
      }
    } catch (error) {
      await reader.cancel(error).catch(() => undefined);
      throw error;
    }
  }

  /** A body of known length is the request's, not the stream's: dockerode sends its options twice. */
  async #passInput(stream: Duplex, body: RequestBody | undefined): Promise<void> {
    if (body !== undefined && !body.isDone && !(await body.drain())) return;
    await this.#reader.rest().pipeTo(stream.writable, { preventCancel: true });
  }
}

const continueLine = new TextEncoder().encode('HTTP/1.1 100 Continue\r\n\r\n');

function expectsContinue(head: RequestHead): boolean {
  return head.minorVersion >= 1 && head.headers['expect']?.toLowerCase() === '100-continue';
}

function first(reader: ByteReader): string {
  return String.fromCharCode(reader.buffered[0] ?? 0);
}
