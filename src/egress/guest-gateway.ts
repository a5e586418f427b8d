/** The machine's gateway: set up in its kernel once, then serving what the kernel hands over. */
import { feedProgram } from '../guest/feed-program.ts';
import type { Guest } from '../guest/guest.ts';
import type { AcceptedConnection } from '../guest/sockets.ts';
import { DisposableStore, type Disposable } from '../lib/disposable.ts';
import { KindError } from '../lib/errors.ts';
import { parseQuery, responseCode, writeAnswer } from '../network/dns/message.ts';
import { serveConnectionQueries, serveDatagrams } from '../network/dns/dns-server.ts';
import { dnsPort, gatewayAddress, type Egress, type FindEgress } from './egress.ts';
import {
  gatewayNamespace,
  gatewayPlan,
  gatewayRulesPlan,
  gatewayRules,
  listenerPort,
} from './gateway-plan.ts';

export interface GuestGatewayOptions {
  readonly guest: Guest;
  /**
   * Finds the way out when the machine is set up. Absent, or with nothing found, there is none, and whoever tries
   * is told at once.
   */
  readonly findEgress?: FindEgress;
}

export class GuestGateway implements Disposable {
  readonly #guest: Guest;
  readonly #findEgress: FindEgress;
  #egress: Egress | undefined;
  readonly #owned = new DisposableStore();

  constructor({ guest, findEgress = async () => undefined }: GuestGatewayOptions) {
    this.#guest = guest;
    this.#findEgress = findEgress;
  }

  /** Call once, when the machine is set up. `isMade`: a machine that was restored has everything but the sockets. */
  async setUp({ isMade = false }: { readonly isMade?: boolean } = {}): Promise<void> {
    const egress = await this.#findEgress();
    this.#egress = egress;
    if (egress !== undefined) this.#owned.add(egress);
    await this.#loadRules({ isMade });
    const place = { netnsPath: gatewayNamespace, host: gatewayAddress };
    const [datagrams, queries] = await Promise.all([
      this.#guest.openDatagrams({ ...place, port: dnsPort }),
      this.#guest.listen({ ...place, port: dnsPort }, (connection) => {
        void serveConnectionQueries(connection, (query) => this.resolve(query));
      }),
    ]);
    this.#owned.add(datagrams);
    this.#owned.add(queries);
    // It ends with the socket, however that ends.
    serveDatagrams(datagrams, (query) => this.resolve(query)).catch(() => undefined);
    if (egress === undefined) return;
    const listener = await this.#guest.listen({ ...place, port: listenerPort }, (connection) => {
      void carry(connection, egress);
    });
    this.#owned.add(listener);
  }

  /** Answers a name query as the way out allows. */
  async resolve(message: Uint8Array): Promise<Uint8Array> {
    if (this.#egress !== undefined) return this.#egress.resolve(message);
    const query = parseQuery(message);
    if (query === undefined) throw new KindError('invalidParameter', 'Query is malformed');
    return writeAnswer(query, { code: responseCode.refused });
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** There may be a way out where there was none when the machine was saved, so the rules are made anew. */
  async #loadRules({ isMade }: { readonly isMade: boolean }): Promise<void> {
    const rules = gatewayRules({ isOpen: this.#egress !== undefined });
    const plan = isMade ? gatewayRulesPlan() : gatewayPlan();
    const { code, complaint } = await feedProgram(this.#guest, plan, rules);
    if (code !== 0) throw new KindError('system', `Cannot set up the gateway: ${complaint}`);
  }
}

/** Carries one connection out; what cannot be reached is reset, which its program sees as an error. */
async function carry(connection: AcceptedConnection, egress: Egress): Promise<void> {
  try {
    const outside = await egress.connect(connection.target);
    await Promise.all([
      connection.readable.pipeTo(outside.writable),
      outside.readable.pipeTo(connection.writable),
    ]);
  } catch {
    connection.reset();
  }
}
