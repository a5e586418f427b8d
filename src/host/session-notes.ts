/** What a saved session says of itself beside the machine's own state. */
import type { SavedHost } from './saved-host.ts';

export interface SessionNotes {
  /** A `SavedHost` as JSON. */
  readonly host: string;
  readonly running: readonly string[];
  readonly layers: readonly string[];
  readonly images: readonly string[];
}

export function sessionNotes(saved: SavedHost): SessionNotes {
  const containers = saved.engine.containers.map(
    ({ name, state, diffIds, imageId }) =>
      ({ name, state, diffIds, imageId }) as {
        readonly name: string;
        readonly state: { readonly status: string };
        readonly diffIds: readonly string[];
        readonly imageId: string;
      },
  );
  const unique = (texts: readonly string[]): string[] => [...new Set(texts)];
  return {
    host: JSON.stringify(saved),
    running: containers.filter(({ state }) => state.status === 'running').map(({ name }) => name),
    layers: unique(containers.flatMap(({ diffIds }) => diffIds)),
    images: unique(containers.map(({ imageId }) => imageId)),
  };
}
