/** Answers name queries on the sockets of one address, over UDP and TCP (RFC 7766). */
import { joinBytes } from '../../lib/join-bytes.ts';
import {
  messageBytesMax,
  parseAnswer,
  parseQuery,
  responseCode,
  udpBytesMax,
  writeAnswer,
} from './message.ts';

/** A UDP socket, as far as it matters here. */
export interface QueryDatagrams<Peer> {
  readonly readable: ReadableStream<{ readonly peer: Peer; readonly bytes: Uint8Array }>;
  send(datagram: { readonly peer: Peer; readonly bytes: Uint8Array }): Promise<void>;
}

/** A TCP connection, as far as it matters here. */
export interface QueryConnection {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  reset(): void;
}

/** Answers whole messages. A rejection becomes SERVFAIL. */
export type AnswerQuery = (query: Uint8Array) => Promise<Uint8Array>;

/** Queries of one socket at once; what comes beyond is dropped, and asked again by its sender. */
const queriesMax = 64;
const lengthBytes = 2;

/** Answers until the socket is disposed. */
export async function serveDatagrams<Peer>(
  socket: QueryDatagrams<Peer>,
  answer: AnswerQuery,
): Promise<void> {
  let running = 0;
  const serve = async ({
    peer,
    bytes,
  }: {
    readonly peer: Peer;
    readonly bytes: Uint8Array;
  }): Promise<void> => {
    running += 1;
    try {
      const reply = await answerSafely(bytes, answer);
      if (reply !== undefined) await socket.send({ peer, bytes: fitDatagram(bytes, reply) });
    } finally {
      running -= 1;
    }
  };
  for await (const datagram of socket.readable) {
    // The socket may be gone when the answer comes.
    if (running < queriesMax) serve(datagram).catch(() => undefined);
  }
}

/** Answers one query after the other until the connection ends. */
export async function serveConnectionQueries(
  connection: QueryConnection,
  answer: AnswerQuery,
): Promise<void> {
  const writer = connection.writable.getWriter();
  try {
    for await (const query of messagesOf(connection.readable)) {
      const reply = await answerSafely(query, answer);
      if (reply === undefined || reply.length > messageBytesMax) break;
      await writer.write(frameMessage(reply));
    }
    await writer.close();
  } catch {
    connection.reset();
  }
}

async function answerSafely(
  message: Uint8Array,
  answer: AnswerQuery,
): Promise<Uint8Array | undefined> {
  const query = parseQuery(message);
  if (query === undefined) return undefined;
  try {
    return await answer(message);
  } catch {
    return writeAnswer(query, { code: responseCode.serverFailure });
  }
}

/** What is too long for a datagram is cut down to whole records, and says so. */
function fitDatagram(message: Uint8Array, reply: Uint8Array): Uint8Array {
  if (reply.length <= udpBytesMax) return reply;
  const query = parseQuery(message);
  const parsed = parseAnswer(reply);
  if (query === undefined || parsed === undefined) return reply.subarray(0, udpBytesMax);
  const { records, ttlSeconds } = parsed;
  return writeAnswer(query, {
    code: responseCode.ok,
    records,
    ttlSeconds,
    bytesMax: udpBytesMax,
  });
}

/** A message as it goes over TCP. */
export function frameMessage(message: Uint8Array): Uint8Array {
  return joinBytes([Uint8Array.of(message.length >> 8, message.length & 0xff), message]);
}

/** The messages of a TCP connection, without their lengths. */
export async function* messagesOf(
  readable: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array();
  for await (const chunk of readable) {
    rest = new Uint8Array(joinBytes([rest, chunk]));
    for (;;) {
      const size = lengthBytes + (((rest[0] ?? 0) << 8) | (rest[1] ?? 0));
      if (rest.length < lengthBytes || rest.length < size) break;
      yield rest.slice(lengthBytes, size);
      rest = rest.slice(size);
    }
  }
}
