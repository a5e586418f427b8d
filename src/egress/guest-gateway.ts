/** The machine's gateway: set up in its kernel once, then serving what the kernel hands over. */
import { feedProgram } from '../guest/feed-program.ts';
import type { Guest } from '../guest/guest.ts';
import type { AcceptedConnection, EthernetPort } from '../guest/sockets.ts';
import { DisposableStore, type Disposable } from '../lib/disposable.ts';
import { KindError } from '../lib/errors.ts';
import { parseQuery, responseCode, writeAnswer } from '../network/dns/message.ts';
import { serveConnectionQueries, serveDatagrams } from '../network/dns/dns-server.ts';
import { dnsPort, type Egress, type FindEgress } from './egress.ts';
import {
  gatewayLanDevice,
  gatewayNamespace,
  gatewayPlan,
  gatewayRulesPlan,
  inGatewayPlan,
  lanCardCommands,
  listenerPort,
  udpCableCommands,
  udpDevice,
  udpRuleDeletion,
} from './gateway-plan.ts';
import { mtuBytes } from './ip-packet.ts';
import { UdpRelay } from './udp-relay.ts';

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
    // At every address of the gateway's: it may have one on a LAN too.
    const place = { netnsPath: gatewayNamespace, host: '0.0.0.0' };
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
    await this.#openUdp(egress, { isMade });
  }

  /**
   * Gives the gateway a card on a LAN of several machines, whose way out it is then too. Call after `setUp`; once.
   * Disposed, the card is gone.
   */
  async openLanCard(card: {
    readonly macAddress: string;
    readonly address: string;
    readonly prefixLength: number;
  }): Promise<EthernetPort> {
    const port = await this.#guest.openEthernet({
      netnsPath: gatewayNamespace,
      name: gatewayLanDevice,
    });
    try {
      await this.#runIp(lanCardCommands(card), 'The gateway joins a LAN');
      return port;
    } catch (error) {
      port.dispose();
      throw error;
    }
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

  /** The cable is the agent's, and gone with a machine that was saved; the rule that leads there is not. */
  async #openUdp(egress: Egress, { isMade }: { readonly isMade: boolean }): Promise<void> {
    const cable = await this.#guest.openEthernet({
      netnsPath: gatewayNamespace,
      name: udpDevice,
    });
    this.#owned.add(cable);
    const cause = 'UDP on its way out goes to the host';
    // Saved without a way out, it has none.
    if (isMade) await this.#runIp(udpRuleDeletion, cause).catch(() => undefined);
    await this.#runIp(udpCableCommands(mtuBytes), cause);
    this.#owned.add(new UdpRelay(cable, egress));
  }

  async #runIp(commands: string, cause: string): Promise<void> {
    const plan = inGatewayPlan(['ip', '-batch', '-'], cause);
    const { code, complaint } = await feedProgram(this.#guest, plan, commands);
    if (code !== 0) throw new KindError('system', `Cannot set up the gateway: ${complaint}`);
  }

  /** There may be a way out where there was none when the machine was saved, so the rules are made anew. */
  async #loadRules({ isMade }: { readonly isMade: boolean }): Promise<void> {
    const options = { isOpen: this.#egress !== undefined };
    await this.#guest.apply(isMade ? gatewayRulesPlan(options) : gatewayPlan(options));
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
