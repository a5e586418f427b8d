/** The client's side of a WebSocket (RFC 6455) over an HTTP client: handshake, messages both ways, close. */
import type { Duplex } from '../lib/duplex.ts';
import { KindError, errorMessage } from '../lib/errors.ts';
import { joinBytes } from '../lib/join-bytes.ts';
import { acceptOf } from '../lib/websocket/accept.ts';
import { FrameDecoder, encodeFrame, opcode } from '../lib/websocket/frame.ts';
import type { HttpClient } from './http/http-client.ts';
import type { Field } from './http/response-head.ts';

/** One message is held whole before the page gets it. */
export const messageBytesMax = 16 * 1024 * 1024;

export interface WebSocketOptions {
  readonly target: string;
  readonly fields: readonly Field[];
  readonly protocols: readonly string[];
  readonly signal: AbortSignal;
}

export interface ClosedState {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

export interface WebSocketClient {
  readonly protocol: string;
  /** Resolves when the message is on its way. */
  send(data: string | Uint8Array): Promise<void>;
  /** Sends a close frame; the end comes with `run`. */
  close(code: number | undefined, reason: string): Promise<void>;
  /** Ends the connection without waiting for the server's word. */
  abandon(): void;
  /** Reads until the connection ends; waits for each message to be taken. Never rejects. */
  run(onMessage: (data: string | Uint8Array) => Promise<void>): Promise<ClosedState>;
}

/** Rejects when the server does not speak WebSocket there. */
export async function openWebSocket(
  client: HttpClient,
  { target, fields, protocols, signal }: WebSocketOptions,
): Promise<WebSocketClient> {
  const key = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const response = await client.request({
    method: 'GET',
    target,
    signal,
    fields: [
      ...fields.filter(([name]) => name !== 'connection'),
      ['connection', 'Upgrade'],
      ['upgrade', 'websocket'],
      ['sec-websocket-version', '13'],
      ['sec-websocket-key', key],
      ...(protocols.length === 0
        ? []
        : [['sec-websocket-protocol', protocols.join(', ')] as const]),
    ],
  });
  const header = (name: string): string =>
    response.fields.find(([known]) => known === name)?.[1] ?? '';
  const protocol = header('sec-websocket-protocol');
  const isAccepted =
    header('sec-websocket-accept') === (await acceptOf(key)) &&
    (protocol === '' || protocols.includes(protocol)) &&
    header('sec-websocket-extensions') === '';
  if (response.upgraded === undefined || !isAccepted) {
    await (response.upgraded?.readable ?? response.body).cancel().catch(() => undefined);
    throw new KindError('unavailable', `Unexpected response to a WebSocket: ${response.status}`);
  }
  return new Connection(response.upgraded, protocol);
}

class Connection implements WebSocketClient {
  readonly protocol: string;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #closeSent = false;

  constructor({ readable, writable }: Duplex, protocol: string) {
    this.protocol = protocol;
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    this.#writer.closed.catch(() => undefined);
  }

  send(data: string | Uint8Array): Promise<void> {
    const isText = typeof data === 'string';
    const payload = isText ? new TextEncoder().encode(data) : data;
    return this.#frame(isText ? opcode.text : opcode.binary, payload);
  }

  async close(code: number | undefined, reason: string): Promise<void> {
    if (this.#closeSent) return;
    this.#closeSent = true;
    const text = new TextEncoder().encode(reason);
    const payload = code === undefined ? [] : [Uint8Array.of(code >> 8, code & 0xff), text];
    await this.#frame(opcode.close, joinBytes(payload)).catch(() => undefined);
  }

  async run(onMessage: (data: string | Uint8Array) => Promise<void>): Promise<ClosedState> {
    const decoder = new FrameDecoder('server');
    const reader = this.#reader;
    let pieces: Uint8Array[] = [];
    let sizeBytes = 0;
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return { code: 1006, reason: '', wasClean: false };
        for (const frame of decoder.push(value)) {
          if (frame.kind === 'ping') await this.#frame(opcode.pong, frame.payload);
          if (frame.kind === 'close') return await this.#answerClose(frame.payload);
          if (frame.kind !== 'data') continue;
          sizeBytes += frame.payload.length;
          if (sizeBytes > messageBytesMax) return await this.#giveUp(1009, 'message is too long');
          pieces.push(frame.payload);
          if (!frame.isLast) continue;
          const whole = joinBytes(pieces);
          [pieces, sizeBytes] = [[], 0];
          await onMessage(frame.isText ? decodeText(whole) : whole);
        }
      }
    } catch (error) {
      return await this.#giveUp(1002, errorMessage(error));
    } finally {
      await reader.cancel().catch(() => undefined);
      await this.#writer.close().catch(() => undefined);
    }
  }

  abandon(): void {
    this.#reader.cancel().catch(() => undefined);
  }

  async #answerClose(payload: Uint8Array): Promise<ClosedState> {
    const [high, low] = payload;
    const code = high === undefined || low === undefined ? undefined : high * 256 + low;
    await this.close(code, '');
    const reason = new TextDecoder().decode(payload.subarray(2));
    return { code: code ?? 1005, reason, wasClean: true };
  }

  async #giveUp(code: number, reason: string): Promise<ClosedState> {
    await this.close(code, reason.slice(0, 100));
    return { code: 1006, reason: '', wasClean: false };
  }

  async #frame(code: number, payload: Uint8Array): Promise<void> {
    const mask = crypto.getRandomValues(new Uint8Array(4));
    await this.#writer.write(encodeFrame(code, payload, mask));
  }
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}
