/** Listening and datagram sockets in the machine's network namespaces, over streams of the agent's. */
import { KindError } from '../lib/errors.ts';
import type { AgentStream } from './agent-stream.ts';
import { encodeDatagram, splitDatagrams } from './datagram-wire.ts';
import { encodeFrame, splitFrames } from './ethernet-wire.ts';
import { channel, field, openKind } from './protocol.ts';
import { duplexOf, waitForResult } from './requests.ts';
import type {
  AcceptedConnection,
  DatagramSocket,
  EthernetOptions,
  EthernetPort,
  ListenOptions,
  NetworkPlace,
  SocketListener,
} from './sockets.ts';
import { BodyWriter, type Fields } from './wire.ts';

type OnConnection = (connection: AcceptedConnection) => void;

const errnoRefused = 111;

export class AgentSockets {
  readonly #open: (body: Uint8Array) => Promise<AgentStream>;
  /** By the number of the listener's stream. */
  readonly #listeners = new Map<number, OnConnection>();

  constructor(open: (body: Uint8Array) => Promise<AgentStream>) {
    this.#open = open;
  }

  async listen(options: ListenOptions, onConnection: OnConnection): Promise<SocketListener> {
    const stream = await this.#open(socketBody(openKind.listen, options));
    // The first connection may come right behind the result.
    this.#listeners.set(stream.id, onConnection);
    const forget = (): void => void this.#listeners.delete(stream.id);
    try {
      const result = await waitForResult(stream);
      stream.listen({ onEnd: forget });
      return {
        port: result.number(field.port),
        dispose() {
          forget();
          stream.close();
        },
      };
    } catch (error) {
      forget();
      throw error;
    }
  }

  async openDatagrams(options: ListenOptions): Promise<DatagramSocket> {
    const stream = await this.#open(socketBody(openKind.datagrams, options));
    const result = await waitForResult(stream);
    return {
      port: result.number(field.port),
      readable: stream.readable(channel.stdin).pipeThrough(splitDatagrams()),
      send: (datagram) => stream.write(channel.stdin, encodeDatagram(datagram)),
      dispose: () => stream.close(),
    };
  }

  async openEthernet(options: EthernetOptions): Promise<EthernetPort> {
    const body = new BodyWriter(openKind.ethernet).text(field.name, options.name);
    const stream = await this.#open(placeFields(body, options).finish());
    await waitForResult(stream);
    return {
      readable: stream.readable(channel.stdin).pipeThrough(splitFrames()),
      send: async (frame) => stream.write(channel.stdin, encodeFrame(frame)),
      dispose: () => stream.close(),
    };
  }

  /** Takes a connection that a listener accepted. */
  accept(stream: AgentStream, opening: Fields): void {
    const onConnection = this.#listeners.get(opening.number(field.stream));
    const refuse = (): void =>
      stream.reset(new KindError('unavailable', 'Connection is not wanted'), errnoRefused);
    if (onConnection === undefined) {
      refuse();
      return;
    }
    onConnection({
      ...duplexOf(stream),
      peer: { host: opening.text(field.host) ?? '', port: opening.number(field.port) },
      target: { host: opening.text(field.target) ?? '', port: opening.number(field.targetPort) },
      reset: refuse,
    });
  }
}

/** The fields that say in which network namespace something happens. */
export function placeFields(body: BodyWriter, { netnsPid, netnsPath }: NetworkPlace): BodyWriter {
  if (netnsPath !== undefined) body.text(field.netns, netnsPath);
  else if (netnsPid !== undefined) body.number(field.pid, netnsPid);
  return body;
}

function socketBody(kind: number, options: ListenOptions): Uint8Array {
  const body = new BodyWriter(kind).text(field.host, options.host).number(field.port, options.port);
  return placeFields(body, options).finish();
}
