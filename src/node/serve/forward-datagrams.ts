/** A UDP port of the host's loopback that leads to a published port of the machine. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { Disposable } from '../../lib/disposable.ts';
import type { DatagramRoute } from '../../preview/published-ports.ts';

/** A peer that is silent for so long is forgotten: docker-proxy's time. */
const idleMs = 90_000;
/** Peers at a time; the one that was there first goes. */
const peerCountMax = 256;
/** Datagrams of one peer that wait for its socket; UDP may lose what is more. */
const waitingCountMax = 64;

export interface DatagramForwardOptions {
  readonly port: number;
  readonly open: () => Promise<DatagramRoute>;
}

/** Resolves when it is bound; rejects when the port is in use. */
export async function forwardDatagrams(options: DatagramForwardOptions): Promise<Disposable> {
  const socket = createSocket('udp4');
  const peers = new Map<string, Peer>();
  socket.on('message', (bytes, from) => {
    const key = `${from.address} ${from.port}`;
    let peer = peers.get(key);
    if (peer === undefined) {
      peer = new Peer({ socket, from, open: options.open, onEnd: () => peers.delete(key) });
      peers.set(key, peer);
      if (peers.size > peerCountMax) peers.values().next().value?.dispose();
    }
    peer.send(bytes);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ port: options.port, address: '127.0.0.1', exclusive: true }, () => {
      socket.off('error', reject);
      // A peer that is gone is no reason to end.
      socket.on('error', () => undefined);
      resolve();
    });
  });
  return {
    dispose() {
      for (const peer of peers.values()) peer.dispose();
      socket.close();
    },
  };
}

interface PeerOptions {
  readonly socket: Socket;
  readonly from: RemoteInfo;
  readonly open: () => Promise<DatagramRoute>;
  readonly onEnd: () => void;
}

/** One sender on the host, with a socket in the machine. */
class Peer implements Disposable {
  readonly #onEnd: () => void;
  readonly #route: Promise<DatagramRoute>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waitingCount = 0;

  constructor({ socket, from, open, onEnd }: PeerOptions) {
    this.#onEnd = onEnd;
    this.#route = open();
    this.#answer(socket, from).catch(() => this.dispose());
  }

  send(bytes: Uint8Array): void {
    this.#stay();
    if (this.#waitingCount >= waitingCountMax) return;
    this.#waitingCount++;
    this.#route
      .then(({ socket, peer }) => socket.send({ peer, bytes }))
      .catch(() => this.dispose())
      .finally(() => this.#waitingCount--);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#onEnd();
    this.#route.then(
      ({ socket }) => socket.dispose(),
      () => undefined,
    );
  }

  async #answer(host: Socket, from: RemoteInfo): Promise<void> {
    const { socket } = await this.#route;
    for await (const { bytes } of socket.readable) {
      this.#stay();
      host.send(bytes, from.port, from.address);
    }
  }

  #stay(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.dispose(), idleMs);
  }
}
