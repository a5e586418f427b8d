/** A connection held in memory, for tests of what goes over it. */
import type { ApiHandler } from '../../../api/http.ts';
import { serveConnection, type ConnectionOptions } from './serve-connection.ts';

export interface TestConnection {
  /** Sends bytes as one piece. */
  send(text: string): Promise<void>;
  /** Ends the client's half. */
  end(): Promise<void>;
  /** Reads until this text came; returns everything since the last call. */
  readUntil(text: string): Promise<string>;
  /** Everything until the server ended its half. */
  readAll(): Promise<string>;
  /** The server is through with the connection. */
  readonly served: Promise<void>;
}

export function connectTo(handler: ApiHandler, options: ConnectionOptions = {}): TestConnection {
  const toServer = new TransformStream<Uint8Array, Uint8Array>();
  const toClient = new TransformStream<Uint8Array, Uint8Array>();
  const served = serveConnection(
    { readable: toServer.readable, writable: toClient.writable },
    handler,
    options,
  );
  const writer = toServer.writable.getWriter();
  writer.closed.catch(() => undefined);
  const reader = toClient.readable.getReader();
  const decoder = new TextDecoder();
  let unread = '';
  const more = async (): Promise<boolean> => {
    const { value, done } = await reader.read();
    unread += decoder.decode(value, { stream: !done });
    return !done;
  };
  return {
    send: async (text) => {
      await writer.write(new TextEncoder().encode(text)).catch(() => undefined);
    },
    end: () => writer.close().catch(() => undefined),
    readUntil: async (text) => {
      while (!unread.includes(text)) if (!(await more())) throw new Error(`ended: ${unread}`);
      const end = unread.indexOf(text) + text.length;
      const read = unread.slice(0, end);
      unread = unread.slice(end);
      return read;
    },
    readAll: async () => {
      while (await more());
      const read = unread;
      unread = '';
      return read;
    },
    served,
  };
}

/** Sends it all, ends the half and reads the answer, less what changes with the time. */
export async function exchange(
  handler: ApiHandler,
  request: string,
  options?: ConnectionOptions,
): Promise<string> {
  const connection = connectTo(handler, options);
  const sent = connection.send(request).then(() => connection.end());
  const answer = await connection.readAll();
  await Promise.race([sent, connection.served]);
  return answer.replace(/Date: [^\r]*\r\n/g, '');
}

export async function bodyText(body: Uint8Array | ReadableStream<Uint8Array>): Promise<string> {
  return new Response(body as BodyInit).text();
}
