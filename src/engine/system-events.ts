/** `GET /events`. */
import type { EventMessage } from '../api/system.ts';
import type { Daemon } from './daemon.ts';
import { matchesAny, matchesLabels } from './filters.ts';
import type { Filters } from './server/backend/filters.ts';

export function systemEvents(
  daemon: Daemon,
  options: {
    readonly sinceMs?: number;
    readonly untilMs?: number;
    readonly filters?: Filters;
    readonly signal?: AbortSignal;
  },
): ReadableStream<EventMessage> {
  const filters = options.filters ?? new Map<string, readonly string[]>();
  return daemon.events.subscribe({
    ...options,
    filter: (message) => matches(message, filters),
    delay: (milliseconds, signal) => daemon.clock.delay(milliseconds, signal),
  });
}

function matches(message: EventMessage, filters: Filters): boolean {
  const { ID: id, Attributes: attributes } = message.Actor;
  const isActor = (type: EventMessage['Type']) => (value: string) =>
    message.Type === type && (id.startsWith(value) || attributes['name'] === value);
  return (
    matchesAny(filters, 'type', (value) => message.Type === value) &&
    matchesAny(
      filters,
      'event',
      (value) => message.Action === value || message.Action.startsWith(`${value}: `),
    ) &&
    matchesAny(filters, 'container', isActor('container')) &&
    matchesAny(filters, 'volume', isActor('volume')) &&
    matchesAny(
      filters,
      'image',
      (value) => isActor('image')(value) || attributes['image'] === value,
    ) &&
    matchesLabels(filters, 'label', attributes)
  );
}
