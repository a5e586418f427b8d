/**
 * The name service of user-defined networks: sockets at 127.0.0.11 in the network namespace of each container that is on
 * one, answered from the table of networks; what no container is called goes on to the container's own name servers, or
 * to the machine's gateway.
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
import { step } from '../spec/step.ts';
import { askServers } from './ask-servers.ts';
import { movedResolverRules, resolverAddress, resolverRules } from './resolver-rules.ts';
import { restoreRules } from './restore-rules.ts';

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

  /**
   * `pid`: a process in the container's network. Resolves when its queries are answered; as with dockerd a container
   * whose name service cannot be set up runs without. `isReopened`: the machine was restored, and the container has the
   * rules that lead to sockets of before.
   */
  async open(
    containerId: string,
    pid: number,
    { isReopened = false }: { readonly isReopened?: boolean } = {},
  ): Promise<void> {
    const sandbox = this.#options.networks.sandboxOf(containerId);
    if (sandbox?.embeddedDns !== true) return;
    const sockets = new DisposableStore();
    this.#sockets.set(sandbox.id, sockets);
    try {
      await this.#listen(containerId, { pid, sockets, isReopened });
    } catch {
      this.close(sandbox.id);
    }
  }

  async #listen(
    containerId: string,
    {
      pid,
      sockets,
      isReopened,
    }: { readonly pid: number; readonly sockets: DisposableStore; readonly isReopened: boolean },
  ): Promise<void> {
    const { guest } = this.#options;
    const cause = 'Lead the container’s name queries to the engine’s name service';
    // Without an address of loopback’s the kernel takes any for a broadcast one, and answers would come from another.
    await guest.apply({
      before: [
        step({ op: 'setns', pid, namespaces: ['net'] }, cause),
        step({ op: 'linkUp', name: 'lo' }, cause),
      ],
    });
    const answer: AnswerQuery = (query) => this.answer(containerId, query);
    const place = { host: resolverAddress, port: 0, netnsPid: pid };
    const opening = guest.openDatagrams(place);
    const listener = await guest.listen(
      place,
      (connection) => void serveConnectionQueries(connection, answer),
    );
    sockets.add(listener);
    const datagrams = await opening;
    sockets.add(datagrams);
    // It ends with the socket, however that ends.
    serveDatagrams(datagrams, answer).catch(() => undefined);
    const ports = { udp: datagrams.port, tcp: listener.port };
    await restoreRules(guest, isReopened ? movedResolverRules(ports) : resolverRules(ports), {
      program: 'iptables',
      netnsPid: pid,
      cause,
    });
  }

  /** The container's namespace is taken down. */
  close(sandboxId: string): void {
    this.#sockets.get(sandboxId)?.dispose();
    this.#sockets.delete(sandboxId);
  }

  async answer(containerId: string, message: Uint8Array): Promise<Uint8Array> {
    const { guest, networks, forward } = this.#options;
    const sandbox = networks.sandboxOf(containerId);
    const query = parseQuery(message);
    if (query === undefined || sandbox === undefined)
      throw new KindError('invalidParameter', 'Query is malformed');
    const turn = this.#turn++;
    const known = resolveName(query, { sandbox, sandboxes: networks.sandboxes(), turn });
    if (known !== undefined) return writeAnswer(query, known);
    if (isCutOff(sandbox)) return writeAnswer(query, { code: responseCode.serverFailure });
    if (sandbox.dnsServers.length > 0) return askServers(guest, sandbox, message);
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
