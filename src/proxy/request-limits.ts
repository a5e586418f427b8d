/** How many requests run at once, in all and for one client. */
import type { ProxyLimits } from './config.ts';

export class RequestLimits {
  readonly #limits: ProxyLimits;
  readonly #perClient = new Map<string, number>();
  #total = 0;

  constructor(limits: ProxyLimits) {
    this.#limits = limits;
  }

  /** Undefined when the client, or the proxy, has enough to do. */
  enter(client: string): { leave(): void } | undefined {
    const own = this.#perClient.get(client) ?? 0;
    if (own >= this.#limits.requestsPerClientMax || this.#total >= this.#limits.requestsMax) {
      return undefined;
    }
    this.#perClient.set(client, own + 1);
    this.#total += 1;
    let hasLeft = false;
    return {
      leave: () => {
        if (hasLeft) return;
        hasLeft = true;
        this.#total -= 1;
        const left = (this.#perClient.get(client) ?? 1) - 1;
        if (left > 0) this.#perClient.set(client, left);
        else this.#perClient.delete(client);
      },
    };
  }

  get running(): number {
    return this.#total;
  }
}
