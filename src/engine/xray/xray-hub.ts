/** Takes the steps of all requests and gives them to whoever listens. Nobody listens, nobody pays. */
import type { XrayEvent } from '../../api/xray.ts';

/** Requests whose steps are kept while somebody listens: enough for "what did the last commands do". */
export const requestsMax = 32;
/** Steps kept of one request: a privileged container's start has about 100. */
export const eventsPerRequestMax = 1024;
/** Events kept for a listener that does not read; later ones are dropped, and their numbers missing. */
export const backlogMax = 4096;

export interface XraySubscription {
  /** Only of this request. */
  readonly requestId?: string;
  /** Go on after what is kept. */
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}

export class XrayHub {
  readonly #listeners = new Set<(event: XrayEvent) => void>();
  readonly #history = new Map<string, XrayEvent[]>();
  #sequence = 0;

  /** Whether steps are of interest to anybody now. */
  get isListening(): boolean {
    return this.#listeners.size > 0;
  }

  publish(event: Omit<XrayEvent, 'sequence'>): void {
    if (!this.isListening) return;
    const numbered: XrayEvent = { ...event, sequence: this.#sequence++ };
    this.#remember(numbered);
    for (const listener of this.#listeners) listener(numbered);
  }

  subscribe({ requestId, follow, signal }: XraySubscription): ReadableStream<XrayEvent> {
    const isWanted = (event: XrayEvent): boolean =>
      requestId === undefined || event.requestId === requestId;
    let stop = (): void => undefined;
    return new ReadableStream<XrayEvent>(
      {
        start: (controller) => {
          const kept = [...this.#history.values()].flat().filter(isWanted);
          for (const event of kept.sort((a, b) => a.sequence - b.sequence))
            controller.enqueue(event);
          if (!follow) {
            controller.close();
            return;
          }
          const listener = (event: XrayEvent): void => {
            if (isWanted(event) && (controller.desiredSize ?? 0) > 0) controller.enqueue(event);
          };
          this.#listeners.add(listener);
          stop = () => this.#forget(listener);
          const end = (): void => {
            if (!this.#listeners.has(listener)) return;
            this.#forget(listener);
            controller.close();
          };
          if (signal?.aborted === true) end();
          signal?.addEventListener('abort', end, { once: true });
        },
        cancel: () => stop(),
      },
      { highWaterMark: backlogMax },
    );
  }

  /** The last listener takes what was kept along: nobody may find it hours later. */
  #forget(listener: (event: XrayEvent) => void): void {
    this.#listeners.delete(listener);
    if (!this.isListening) this.#history.clear();
  }

  #remember(event: XrayEvent): void {
    const events = this.#history.get(event.requestId) ?? [];
    if (events.length < eventsPerRequestMax) events.push(event);
    this.#history.set(event.requestId, events);
    for (const oldest of this.#history.keys()) {
      if (this.#history.size <= requestsMax) break;
      this.#history.delete(oldest);
    }
  }
}
