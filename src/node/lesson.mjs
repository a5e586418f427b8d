/** `bottleship lesson` on a fresh clone: installs what is missing, then checks or imports lessons. */
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
await import('./lesson/main.ts');
