/**
 * One stream of the multiplexer: channels with credit in both directions, control messages, and an
 * end. The multiplexer feeds it; whoever opened it reads and writes.
 */
import { KindError } from '../lib/errors.ts';
import { ChannelReader } from './channel-reader.ts';
import { errnoKind, errnoName } from './linux.ts';
import type { Link, Message } from './link.ts';
import { field, limit, messageType } from './protocol.ts';
import { BodyWriter, Fields, MalformedError } from './wire.ts';
import { joinBytes } from '../lib/join-bytes.ts';
import { decodeBase64, encodeBase64 } from '../lib/base64.ts';
import type { SavedStream } from './saved-guest.ts';

const channelCount = 4;
const errnoBadMessage = 74;
const errnoCancelled = 125;

export interface StreamEvents {
  onControl?(kind: number, fields: Fields): void;
  /** Once: without an error when the other side closed the stream, or we did. */
  onEnd?(error: KindError | undefined): void;
}

export class AgentStream {
  readonly id: number;
  readonly #link: Link;
  readonly #forget: () => void;
  readonly #readers: ChannelReader[] = [];
  readonly #credit: number[];
  #waiting: (() => void)[] = [];
  #events: StreamEvents | undefined;
  /** Control messages that came before anybody listened. */
  #early: { readonly kind: number; readonly fields: Fields }[] = [];
  #fragments: Uint8Array[] = [];
  #fragmentBytes = 0;
  #ended = false;
  #error: KindError | undefined;

  constructor(
    id: number,
    link: Link,
    { forget, saved }: { readonly forget: () => void; readonly saved?: SavedStream },
  ) {
    this.id = id;
    this.#link = link;
    this.#forget = forget;
    this.#credit = Array.from(
      { length: channelCount },
      (_, channel) => saved?.credit[channel] ?? limit.streamWindow,
    );
    for (let channel = 0; channel < channelCount; channel++) {
      const grant = (amount: number): void => this.#grant(channel, amount);
      this.#readers.push(new ChannelReader(grant, saved?.readers[channel]));
    }
    if (saved !== undefined && saved.fragments !== '') this.#collect(decodeBase64(saved.fragments));
  }

  /** Hands nothing to readers until `go()`. */
  stop(): void {
    for (const reader of this.#readers) reader.stop();
  }

  go(): void {
    for (const reader of this.#readers) reader.go();
  }

  /** Where it stands; the link must be frozen. */
  save(): SavedStream {
    return {
      id: this.id,
      credit: [...this.#credit],
      readers: this.#readers.map((reader) => reader.save()),
      fragments: encodeBase64(joinBytes(this.#fragments)),
    };
  }

  get ended(): boolean {
    return this.#ended;
  }

  listen(events: StreamEvents): void {
    this.#events = events;
    for (const { kind, fields } of this.#early.splice(0)) events.onControl?.(kind, fields);
    if (this.#ended) events.onEnd?.(this.#error);
  }

  /** What the other side sends on a channel. One reader each. */
  readable(channel: number): ReadableStream<Uint8Array> {
    return this.#reader(channel).readable;
  }

  /** Takes no data on a channel before somebody reads it. */
  holdBack(channel: number): void {
    this.#reader(channel).holdBack();
  }

  /** A stream to a channel of the other side; closing it ends that half. */
  writable(channel: number): WritableStream<Uint8Array> {
    return new WritableStream({
      write: (chunk) => this.write(channel, chunk),
      close: () => this.end(channel),
      abort: () => this.end(channel),
    });
  }

  /** Sends bytes as credit comes; rejects when the stream ends before. */
  async write(channel: number, bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (rest.length > 0) {
      await this.#link.ready();
      while (!this.#ended && this.#credit[channel] === 0) await this.#creditOrEnd();
      if (this.#ended) throw this.#error ?? new KindError('unavailable', 'Stream is closed');
      const credit = this.#credit[channel] ?? 0;
      const part = rest.subarray(0, credit);
      this.#credit[channel] = credit - part.length;
      this.#link.send(this.id, messageType.data, { channel, bytes: part });
      rest = rest.subarray(part.length);
    }
  }

  /** Waits until the other side has taken all that was written; rejects when the stream ends before. */
  async drained(channel: number): Promise<void> {
    while (!this.#ended && (this.#credit[channel] ?? 0) < limit.streamWindow)
      await this.#creditOrEnd();
    if (this.#ended) throw this.#error ?? new KindError('unavailable', 'Stream is closed');
  }

  end(channel: number): void {
    if (!this.#ended) this.#link.send(this.id, messageType.eof, { channel });
  }

  open(body: Uint8Array): void {
    this.#link.send(this.id, messageType.open, { bytes: body });
  }

  control(body: Uint8Array): void {
    if (!this.#ended) this.#link.send(this.id, messageType.control, { bytes: body });
  }

  /** Ends the stream: nothing more will be sent or wanted. */
  close(): void {
    if (this.#ended) return;
    this.#link.send(this.id, messageType.close);
    this.#finish(undefined);
  }

  /** Ends the stream with an error that the other side hears of. */
  reset(error: KindError, errno = errnoCancelled): void {
    if (this.#ended) return;
    const body = new BodyWriter().number(field.errno, errno).text(field.message, error.message);
    this.#link.send(this.id, messageType.reset, { bytes: body.finish() });
    this.#finish(error);
  }

  /** The link is gone, and the stream with it. */
  lose(error: KindError): void {
    this.#finish(error);
  }

  /** Takes a message from the other side; what is malformed ends this stream and nothing else. */
  take(message: Message): void {
    try {
      this.#dispatch(message);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      const cause = new KindError('dataLoss', `Malformed message from the agent: ${error.message}`);
      this.reset(cause, errnoBadMessage);
    }
  }

  #dispatch({ type, channel, bytes, bad }: Message): void {
    if (bad) throw new MalformedError('Message is longer than its frame');
    if (channel >= channelCount) throw new MalformedError('Channel is unknown');
    switch (type) {
      case messageType.data:
        this.#reader(channel).push(bytes);
        break;
      case messageType.eof:
        this.#reader(channel).end();
        break;
      case messageType.credit:
        this.#takeCredit(channel, bytes);
        break;
      case messageType.reset:
        this.#finish(resetError(new Fields(bytes)));
        break;
      case messageType.close:
        this.#finish(undefined);
        break;
      case messageType.control | messageType.more:
        this.#collect(bytes);
        break;
      case messageType.control:
        this.#collect(bytes);
        this.#takeControl();
        break;
      default:
        throw new MalformedError(`Message type ${type} is unknown`);
    }
  }

  #collect(bytes: Uint8Array): void {
    this.#fragmentBytes += bytes.length;
    if (this.#fragmentBytes > limit.messageSizeMax) throw new MalformedError('Message is too long');
    this.#fragments.push(bytes);
  }

  #takeControl(): void {
    const body = joinBytes(this.#fragments);
    this.#fragments = [];
    this.#fragmentBytes = 0;
    const kind = body[0];
    if (kind === undefined) throw new MalformedError('Control message is empty');
    const fields = new Fields(body.subarray(1));
    if (this.#events === undefined) this.#early.push({ kind, fields });
    else this.#events.onControl?.(kind, fields);
  }

  #takeCredit(channel: number, bytes: Uint8Array): void {
    if (bytes.length !== 4) throw new MalformedError('Credit has a wrong size');
    const amount = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
    const credit = (this.#credit[channel] ?? 0) + amount;
    if (credit > limit.streamWindow) throw new MalformedError('Credit is more than the window');
    this.#credit[channel] = credit;
    this.#wake();
  }

  #grant(channel: number, amount: number): void {
    if (this.#ended) return;
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, amount, true);
    this.#link.send(this.id, messageType.credit, { channel, bytes });
  }

  #creditOrEnd(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #finish(error: KindError | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#forget();
    for (const reader of this.#readers) {
      if (error === undefined) reader.end();
      else reader.fail(error);
    }
    this.#wake();
    this.#events?.onEnd?.(error);
  }

  #reader(channel: number): ChannelReader {
    const reader = this.#readers[channel];
    if (reader === undefined) throw new MalformedError('Channel is unknown');
    return reader;
  }
}

function resetError(fields: Fields): KindError {
  const errno = fields.number(field.errno, 5);
  const message = fields.text(field.message) ?? 'Stream was reset';
  return new KindError(errnoKind(errno), `${message}: ${errnoName(errno)}`);
}
