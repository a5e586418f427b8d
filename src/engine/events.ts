/** What happened, for `docker events`: the last few, and whatever comes while somebody listens. */
import type { EventMessage } from '../api/system.ts';
import { toDisposable, type Disposable } from '../lib/disposable.ts';

/** As dockerd. */
const historyCountMax = 256;
/** Events kept for a listener that does not read. */
const backlogCountMax = 1024;

export interface EventInput {
  readonly type: EventMessage['Type'];
  readonly action: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export type EventFilter = (message: EventMessage) => boolean;

export class EventBus {
  readonly #history: EventMessage[] = [];
  readonly #listeners = new Set<(message: EventMessage) => void>();
  readonly #watchers = new Set<(message: EventMessage) => void>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  publish({ type, action, id, attributes }: EventInput): void {
    const milliseconds = this.#now();
    const message: EventMessage = {
      ...(type === 'container' ? { status: action, id, from: attributes['image'] ?? '' } : {}),
      ...(type === 'image' ? { status: action, id } : {}),
      Type: type,
      Action: action,
      Actor: { ID: id, Attributes: attributes },
      scope: 'local',
      time: Math.floor(milliseconds / 1000),
      timeNano: milliseconds * 1e6,
    };
    this.#history.push(message);
    if (this.#history.length > historyCountMax) this.#history.shift();
    for (const watcher of this.#watchers) watcher(message);
    for (const listener of this.#listeners) listener(message);
  }

  /** Calls `watcher` with every event, within the call that publishes it. */
  watch(watcher: (message: EventMessage) => void): Disposable {
    this.#watchers.add(watcher);
    return toDisposable(() => this.#watchers.delete(watcher));
  }

  /** Past events from `sinceMs` on (all there are when only `untilMs` is given), then new ones until `untilMs`. */
  subscribe(options: {
    readonly sinceMs?: number;
    readonly untilMs?: number;
    readonly filter: EventFilter;
    readonly delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;
    readonly signal?: AbortSignal;
  }): ReadableStream<EventMessage> {
    const { sinceMs, untilMs, filter } = options;
    const within = (message: EventMessage) =>
      (sinceMs !== undefined || untilMs !== undefined) &&
      message.timeNano / 1e6 >= (sinceMs ?? -Infinity) &&
      message.timeNano / 1e6 <= (untilMs ?? Infinity);
    const stop = new AbortController();
    return new ReadableStream<EventMessage>(
      {
        start: (controller) => {
          for (const message of this.#history)
            if (within(message) && filter(message)) controller.enqueue(message);
          const listener = (message: EventMessage) => {
            const hasRoom = (controller.desiredSize ?? 0) > 0;
            if (hasRoom && filter(message)) controller.enqueue(message);
          };
          const end = () => {
            if (!this.#listeners.delete(listener)) return;
            controller.close();
            stop.abort();
          };
          this.#listeners.add(listener);
          stop.signal.addEventListener('abort', () => this.#listeners.delete(listener));
          options.signal?.addEventListener('abort', end, { once: true });
          if (untilMs !== undefined)
            options.delay(Math.max(0, untilMs - this.#now()), stop.signal).then(end, () => {});
        },
        cancel: () => stop.abort(),
      },
      { highWaterMark: backlogCountMax },
    );
  }
}
