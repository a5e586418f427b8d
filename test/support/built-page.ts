/** Before the browser tests, once for all of them: builds the page when it is stale. */
import { buildIfStale } from '../../src/node/build-if-stale.mjs';

export function setup(): void {
  buildIfStale();
}
