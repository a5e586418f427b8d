/** What each client uses of the way out: connections at once, bytes in an hour, bytes in a second. */
import { KindError } from '../lib/errors.ts';
import type { EgressLimits } from './egress-config.ts';

const hourMs = 60 * 60_000;
/** How far a client may be ahead of its rate before it waits. */
const burstMs = 250;
/** Clients that are remembered without a connection; the oldest is forgotten first. */
const clientsMax = 10_000;

interface Usage {
  connections: number;
  bytes: number;
  hourStartMs: number;
  /** When the bytes passed so far are paid for at the full rate. */
  paidMs: number;
}

export interface EgressUsageOptions {
  readonly limits: EgressLimits;
  readonly now: () => number;
  readonly delay: (ms: number) => Promise<void>;
}

export class EgressUsage {
  readonly #limits: EgressLimits;
  readonly #now: () => number;
  readonly #delay: (ms: number) => Promise<void>;
  readonly #clients = new Map<string, Usage>();
  #connections = 0;

  constructor({ limits, now, delay }: EgressUsageOptions) {
    this.#limits = limits;
    this.#now = now;
    this.#delay = delay;
  }

  /** A place for one more connection. Throws `resourceExhausted`. */
  enter(client: string): { leave(): void } {
    const usage = this.#of(client);
    if (
      usage.connections >= this.#limits.connectionsPerClientMax ||
      this.#connections >= this.#limits.connectionsMax
    )
      throw new KindError('resourceExhausted', 'Too many connections at once');
    this.#checkBytes(usage);
    usage.connections += 1;
    this.#connections += 1;
    let hasLeft = false;
    return {
      leave: () => {
        if (hasLeft) return;
        hasLeft = true;
        usage.connections -= 1;
        this.#connections -= 1;
      },
    };
  }

  /** Counts bytes and waits as long as the client's rate asks for. Rejects `resourceExhausted`. */
  async pass(client: string, bytes: number): Promise<void> {
    const usage = this.#of(client);
    usage.bytes += bytes;
    this.#checkBytes(usage);
    const now = this.#now();
    usage.paidMs = Math.max(usage.paidMs, now) + (bytes * 1000) / this.#limits.bytesPerSecondMax;
    const ahead = usage.paidMs - now - burstMs;
    if (ahead > 0) await this.#delay(ahead);
  }

  #checkBytes(usage: Usage): void {
    if (usage.bytes > this.#limits.bytesPerClientHourMax)
      throw new KindError('resourceExhausted', 'Too many bytes in this hour');
  }

  #of(client: string): Usage {
    const now = this.#now();
    const usage = this.#clients.get(client) ?? {
      connections: 0,
      bytes: 0,
      hourStartMs: now,
      paidMs: now,
    };
    if (now - usage.hourStartMs >= hourMs) {
      usage.hourStartMs = now;
      usage.bytes = 0;
    }
    this.#clients.set(client, usage);
    if (this.#clients.size > clientsMax) this.#forgetOne();
    return usage;
  }

  #forgetOne(): void {
    for (const [client, { connections }] of this.#clients) {
      if (connections > 0) continue;
      this.#clients.delete(client);
      return;
    }
  }
}
