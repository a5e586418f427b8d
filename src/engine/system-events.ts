/** `GET /events`: which messages a client asked for. */
import type { EventMessage } from '../api/system.ts';
import { familiarName, parseReference } from '../image/reference.ts';
import { KindError } from '../lib/errors.ts';
import type { Daemon } from './daemon.ts';
import { matchesAny, matchesLabels } from './filters.ts';
import type { Filters } from './server/backend/filters.ts';

export interface SystemEventsOptions {
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly filters?: Filters;
  readonly signal?: AbortSignal;
}

export function systemEvents(
  daemon: Daemon,
  options: SystemEventsOptions,
): ReadableStream<EventMessage> {
  const filters = options.filters ?? new Map<string, readonly string[]>();
  return daemon.events.subscribe({
    ...options,
    filter: (message) => matches(message, filters),
    delay: (milliseconds, signal) => daemon.clock.delay(milliseconds, signal),
  });
}

/** Kinds of objects whose ID or name a filter of that name may give, in part from its beginning. */
const actors = ['container', 'daemon', 'plugin', 'volume', 'network', 'node', 'service', 'secret', 'config'] as const; // prettier-ignore

/** Actions with a detail behind a colon: the filter may leave it out. */
const detailed = ['health_status', 'exec_create', 'exec_start'];

function matches(message: EventMessage, filters: Filters): boolean {
  const { ID: id, Attributes: attributes } = message.Actor;
  const begins = (value: string): boolean =>
    id.startsWith(value) || (attributes['name'] ?? '').startsWith(value);
  return (
    matchesAction(message.Action, filters) &&
    matchesAny(filters, 'type', (value) => message.Type === value) &&
    matchesAny(filters, 'scope', (value) => message.scope === value) &&
    actors.every((actor) => matchesAny(filters, actor, begins)) &&
    matchesAny(filters, 'image', (value) => imageNames(message).includes(value)) &&
    matchesLabels(filters, 'label', attributes)
  );
}

function matchesAction(action: string, filters: Filters): boolean {
  const isFuzzy = (filters.get('event') ?? []).some((value) => detailed.includes(value));
  return matchesAny(filters, 'event', (value) =>
    isFuzzy ? action.startsWith(value) : action === value,
  );
}

/** The image of a message by ID and by name, with its tag and without. */
function imageNames({ Type, Actor }: EventMessage): string[] {
  const name = Actor.Attributes[Type === 'image' ? 'name' : 'image'] ?? '';
  return [Actor.ID, name].flatMap((text) => [text, withoutTag(text)]);
}

function withoutTag(text: string): string {
  try {
    return familiarName(parseReference(text));
  } catch (error) {
    if (error instanceof KindError) return text;
    throw error;
  }
}
