/**
 * The name service of user-defined networks: sockets at 127.0.0.11 in the network namespace of each container that is on
 * one, answered from the table of networks; what no container is called goes on to the machine's gateway.
 *
 * They listen on port 53 itself, where dockerd listens on random ports and has the kernel translate: it costs a start no
 * run of iptables, and keeps a container from nothing but port 53 of 127.0.0.11.
 */
import type { Guest } from '../../guest/guest.ts';
import { DisposableStore, type Disposable } from '../../lib/disposable.ts';
import { KindError } from '../../lib/errors.ts';
import {
  serveConnectionQueries,
  serveDatagrams,
  type AnswerQuery,
} from '../../network/dns/dns-server.ts';
import { parseQuery, responseCode, writeAnswer } from '../../network/dns/message.ts';
import { resolveName } from '../../network/dns/resolve-name.ts';
import type { NetworkTable } from '../../network/network-table.ts';
import type { Sandbox } from '../../network/network-view.ts';

const address = { host: '127.0.0.11', port: 53 } as const;

export interface NameServiceOptions {
  readonly guest: Guest;
  readonly networks: NetworkTable;
  /** Answers what no container is called; absent, it is refused. */
  readonly forward?: AnswerQuery;
}

export class NameService implements Disposable {
  readonly #options: NameServiceOptions;
  /** The sockets of each sandbox. */
  readonly #sockets = new Map<string, DisposableStore>();
  #turn = 0;

  constructor(options: NameServiceOptions) {
    this.#options = options;
  }

  /** Resolves when the container's queries are answered, or when it is gone already. */
  async open(containerId: string): Promise<void> {
    const { guest, networks } = this.#options;
    const sandbox = networks.sandboxOf(containerId);
    if (sandbox?.embeddedDns !== true) return;
    const sockets = new DisposableStore();
    this.#sockets.set(sandbox.id, sockets);
    const answer: AnswerQuery = (query) => this.answer(containerId, query);
    const place = { ...address, netnsPath: sandbox.netnsPath };
    const opening = [
      guest.openDatagrams(place).then((socket) => {
        sockets.add(socket);
        // It ends with the socket, however that ends.
        serveDatagrams(socket, answer).catch(() => undefined);
      }),
      guest
        .listen(place, (connection) => void serveConnectionQueries(connection, answer))
        .then((listener) => sockets.add(listener)),
    ];
    // A container that ended at once takes its namespace with it.
    await Promise.allSettled(opening);
  }

  /** The container's namespace is taken down. */
  close(sandboxId: string): void {
    this.#sockets.get(sandboxId)?.dispose();
    this.#sockets.delete(sandboxId);
  }

  async answer(containerId: string, message: Uint8Array): Promise<Uint8Array> {
    const { networks, forward } = this.#options;
    const sandbox = networks.sandboxOf(containerId);
    const query = parseQuery(message);
    if (query === undefined || sandbox === undefined)
      throw new KindError('invalidParameter', 'Query is malformed');
    const turn = this.#turn++;
    const known = resolveName(query, { sandbox, sandboxes: networks.sandboxes(), turn });
    if (known !== undefined) return writeAnswer(query, known);
    if (isCutOff(sandbox)) return writeAnswer(query, { code: responseCode.serverFailure });
    if (forward !== undefined) return forward(message);
    return writeAnswer(query, { code: responseCode.refused });
  }

  dispose(): void {
    for (const sockets of this.#sockets.values()) sockets.dispose();
    this.#sockets.clear();
  }
}

/** Who is on internal networks only asks nobody outside. */
function isCutOff({ endpoints }: Sandbox): boolean {
  return endpoints.every(({ network }) => network.internal);
}
