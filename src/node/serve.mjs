/**
 * `bottleship serve` on a fresh clone: installs what is missing, then serves the Docker Engine API.
 * Plain JavaScript without dependencies, because it runs before there are any. The server runs in this very
 * process, so that signals reach it whoever sends them.
 */
import { installIfStale } from './build-if-stale.mjs';
import { requireNode } from './require-node.mjs';

requireNode();
try {
  installIfStale();
} catch (error) {
  console.error(`Cannot start: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
const { register } = await import('tsx/esm/api');
register();
await import('./serve/main.ts');
