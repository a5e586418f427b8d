/** Streams over one link: opens ours, announces theirs, and gives each message to its stream. */
import type { Disposable } from '../lib/disposable.ts';
import { KindError } from '../lib/errors.ts';
import type { FrameChannel } from '../vm/machine.ts';
import { joinBytes } from '../lib/join-bytes.ts';
import { AgentStream } from './agent-stream.ts';
import { Link, type LinkHandlers, type Message } from './link.ts';
import { field, limit, messageType } from './protocol.ts';
import type { SavedLink, SavedStream } from './saved-guest.ts';
import { BodyWriter, type Fields } from './wire.ts';

const errnoUnknownStream = 2;
const errnoTooMany = 24;
const errnoCancelled = 125;

/** Where a link with its streams stood. */
export interface SavedMultiplexer {
  readonly link: SavedLink;
  readonly streamIdNext: number;
  /** Every stream that was open, or about to be. */
  readonly streamIds: readonly number[];
}

export interface MultiplexerHandlers {
  onHello(hello: Fields): void;
  /** The guest opened a stream; `body` is its whole opening message. */
  onOpen(stream: AgentStream, body: Uint8Array): void;
  onLost(cause: string): void;
}

export class Multiplexer implements Disposable {
  readonly #handlers: MultiplexerHandlers;
  readonly #link: Link;
  readonly #streams = new Map<number, AgentStream>();
  /** Opening messages of which more fragments are to come. */
  readonly #openings = new Map<number, { parts: Uint8Array[]; size: number }>();
  #idNext: number;

  constructor(
    channel: FrameChannel,
    handlers: MultiplexerHandlers,
    saved?: Pick<SavedMultiplexer, 'link' | 'streamIdNext'>,
  ) {
    this.#handlers = handlers;
    this.#idNext = saved?.streamIdNext ?? 2;
    const linkHandlers: LinkHandlers = {
      onHello: (hello) => this.#handlers.onHello(hello),
      onMessage: (message) => this.#receive(message),
      onLost: (cause) => this.#lose(cause),
    };
    this.#link = new Link(channel, linkHandlers, saved?.link);
  }

  /** See `Link.freeze()`. */
  freeze(): SavedMultiplexer {
    const link = this.#link.freeze();
    const streamIds = [...this.#streams.keys(), ...this.#openings.keys()];
    return { link, streamIdNext: this.#idNext, streamIds };
  }

  thaw(): void {
    this.#link.thaw();
  }

  /** A stream of before, that goes on. */
  adopt(saved: SavedStream): AgentStream {
    return this.#add(saved.id, saved);
  }

  /** Ends a stream of before. */
  abandon(id: number, text = 'The machine was saved and restored'): void {
    this.#refuse(id, errnoCancelled, text);
  }

  greet(): void {
    this.#link.greet();
  }

  /** Opens a stream with its request. */
  open(body: Uint8Array): AgentStream {
    if (body.length > limit.messageSizeMax) {
      throw new KindError('invalidParameter', `Request is too long: ${body.length} bytes`);
    }
    if (this.#streams.size >= limit.streamCountMax) {
      throw new KindError('resourceExhausted', `Too many streams: ${this.#streams.size}`);
    }
    const stream = this.#add(this.#idNext);
    this.#idNext += 2;
    stream.open(body);
    return stream;
  }

  /** Ends every stream with `error`. */
  fail(error: KindError): void {
    for (const stream of this.#streams.values()) stream.lose(error);
    this.#openings.clear();
  }

  dispose(): void {
    this.fail(new KindError('unavailable', 'Agent client is disposed'));
    this.#link.dispose();
  }

  #add(id: number, saved?: SavedStream): AgentStream {
    const forget = (): void => void this.#streams.delete(id);
    const stream = new AgentStream(id, this.#link, {
      forget,
      ...(saved === undefined ? {} : { saved }),
    });
    this.#streams.set(id, stream);
    return stream;
  }

  #receive(message: Message): void {
    const stream = this.#streams.get(message.stream);
    const type = message.type & ~messageType.more;
    if (stream !== undefined) stream.take(message);
    else if (type === messageType.open && message.stream % 2 === 1) this.#takeOpen(message);
    // What crossed our own end of the stream needs no answer, and an answer is never answered.
    else if (type === messageType.data || type === messageType.control) {
      this.#refuse(message.stream, errnoUnknownStream, 'Stream is unknown');
    }
  }

  #takeOpen({ stream: id, type, bytes, bad }: Message): void {
    const opening = this.#openings.get(id) ?? { parts: [], size: 0 };
    opening.parts.push(bytes);
    opening.size += bytes.length;
    this.#openings.delete(id);
    if (bad || opening.size > limit.messageSizeMax) {
      this.#refuse(id, errnoUnknownStream, 'Opening message is malformed');
    } else if (this.#streams.size + this.#openings.size >= limit.streamCountMax) {
      this.#refuse(id, errnoTooMany, 'Too many streams');
    } else if ((type & messageType.more) !== 0) {
      this.#openings.set(id, opening);
    } else {
      this.#handlers.onOpen(this.#add(id), joinBytes(opening.parts));
    }
  }

  #refuse(id: number, errno: number, message: string): void {
    const body = new BodyWriter().number(field.errno, errno).text(field.message, message);
    this.#link.send(id, messageType.reset, { bytes: body.finish() });
  }

  #lose(cause: string): void {
    this.fail(new KindError('unavailable', `Link to the agent is lost: ${cause}`));
    this.#handlers.onLost(cause);
  }
}
