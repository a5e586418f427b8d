/**
 * The way out, as the site's owner allows it: one gateway, and a session for each client. What a session does is the
 * same behind a WebSocket (`npm start`, `npm run proxy`) and in the process of the machine (`bottleship serve`).
 */
import type { Egress, EgressTarget } from '../egress/egress.ts';
import type { Duplex } from '../lib/duplex.ts';
import { errorKind, errorMessage, KindError } from '../lib/errors.ts';
import { parseQuery, recordType, responseCode, writeAnswer } from '../network/dns/message.ts';
import { countConnection } from './count-connection.ts';
import type { EgressConfig } from './egress-config.ts';
import { EgressPolicy } from './egress-policy.ts';
import { EgressUsage } from './egress-usage.ts';
import type { Resolver } from './upstream.ts';

/** One line of the log: who connected where, and how it ended. Never what was said. */
export interface EgressLogEntry {
  readonly client: string;
  readonly target: string;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly durationMs: number;
  readonly error?: string;
}

export interface EgressGatewayOptions {
  readonly resolver: Resolver;
  /** Connects to an address, no name. Rejects with Node's error. */
  readonly dial: (address: string, port: number, signal: AbortSignal) => Promise<Duplex>;
  /** The same for UDP: a flow of which each chunk is a datagram. */
  readonly dialDatagrams: (address: string, port: number) => Promise<Duplex>;
  readonly log?: (entry: EgressLogEntry) => void;
  readonly now?: () => number;
  readonly delay?: (ms: number) => Promise<void>;
}

/** What containers may keep a name's address for: short, as ours is only a copy. */
const answerTtlSeconds = 60;
/** Queries of one session at once; getaddrinfo has four threads. */
const queriesMax = 32;

export class EgressGateway {
  readonly #config: EgressConfig;
  readonly #options: EgressGatewayOptions;
  readonly #usage: EgressUsage;
  readonly #now: () => number;

  constructor(config: EgressConfig, options: EgressGatewayOptions) {
    this.#config = config;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const delay =
      options.delay ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
    this.#usage = new EgressUsage({ limits: config.limits, now: this.#now, delay });
  }

  /** A client's way out, with the names that it has asked for. */
  session(client: string): Egress {
    const { resolver } = this.#options;
    const policy = new EgressPolicy({ config: this.#config, resolver, now: this.#now });
    const closing = new AbortController();
    const open: Session['open'] = new Set();
    const session: Session = { client, policy, open, signal: closing.signal };
    let queries = 0;
    return {
      connect: (target) => this.#open(target, session, 'tcp'),
      openDatagrams: (target) => this.#open(target, session, 'udp'),
      resolve: async (query) => {
        if (queries >= queriesMax)
          throw new KindError('resourceExhausted', 'Too many queries at once');
        queries += 1;
        try {
          return await answer(query, policy);
        } finally {
          queries -= 1;
        }
      },
      dispose: () => {
        const reason = new KindError('cancelled', 'Client is gone');
        closing.abort(reason);
        for (const fail of open) fail(reason);
      },
    };
  }

  async #open(
    { host, port }: EgressTarget,
    session: Session,
    protocol: 'tcp' | 'udp',
  ): Promise<Duplex> {
    const startMs = this.#now();
    const count = { sentBytes: 0, receivedBytes: 0 };
    const { client } = session;
    let place: { leave(): void } | undefined;
    const end = (error?: unknown): void => {
      place?.leave();
      this.#options.log?.({
        client,
        target: `${host}:${port}${protocol === 'udp' ? '/udp' : ''}`,
        ...count,
        durationMs: this.#now() - startMs,
        ...(error === undefined ? {} : { error: errorMessage(error) }),
      });
    };
    try {
      const address = await session.policy.target(host, port);
      place = this.#usage.enter(client);
      const isDatagrams = protocol === 'udp';
      const connection = isDatagrams
        ? await this.#options.dialDatagrams(address, port)
        : await this.#dial(address, port, session.signal);
      const { idleMs: streamIdleMs, datagramIdleMs } = this.#config.limits;
      const idleMs = isDatagrams ? datagramIdleMs : streamIdleMs;
      const pass = (bytes: number): Promise<void> => this.#usage.pass(client, bytes);
      return countConnection(connection, { count, end, idleMs, pass, open: session.open });
    } catch (error) {
      end(error);
      throw error;
    }
  }

  async #dial(address: string, port: number, closing: AbortSignal): Promise<Duplex> {
    const timeout = AbortSignal.timeout(this.#config.limits.connectMs);
    try {
      return await this.#options.dial(address, port, AbortSignal.any([timeout, closing]));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (timeout.aborted) throw new KindError('cancelled', 'Connection timed out');
      const text = code === 'ECONNREFUSED' ? 'Connection refused' : 'No route to host';
      throw new KindError('unavailable', text, { cause: error });
    }
  }
}

interface Session {
  readonly client: string;
  readonly policy: EgressPolicy;
  /** Ends connections that are being made. */
  readonly signal: AbortSignal;
  /** What gives up each connection that is there. */
  readonly open: Set<(reason: unknown) => void>;
}

/** Answers for addresses of allowed names; the machine's private network has IPv4 only. */
async function answer(message: Uint8Array, policy: EgressPolicy): Promise<Uint8Array> {
  const query = parseQuery(message);
  if (query === undefined) throw new KindError('invalidParameter', 'Query is malformed');
  if (!query.isStandard) return writeAnswer(query, { code: responseCode.notImplemented });
  if (!policy.allowsName(query.name.toLowerCase()))
    return writeAnswer(query, { code: responseCode.refused });
  if (query.type !== recordType.A && query.type !== recordType.AAAA)
    return writeAnswer(query, { code: responseCode.ok });
  try {
    const addresses = await policy.resolve(query.name);
    const records =
      query.type === recordType.A
        ? addresses.map((address) => ({ type: recordType.A, address }))
        : [];
    return writeAnswer(query, { code: responseCode.ok, records, ttlSeconds: answerTtlSeconds });
  } catch (error) {
    const code =
      errorKind(error) === 'notFound' ? responseCode.noSuchName : responseCode.serverFailure;
    return writeAnswer(query, { code });
  }
}
