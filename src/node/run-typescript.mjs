/** Goes on in TypeScript, in this very process, so that signals reach it whoever sends them. */
import { installIfStale } from './build-if-stale.mjs';
import { requireNode } from './require-node.mjs';

/** Installs what is missing, then imports the module; ends the process when there is nothing to run it with. */
export async function runTypeScript(url) {
  requireNode();
  try {
    installIfStale();
  } catch (error) {
    console.error(`Cannot start: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
  const { register } = await import('tsx/esm/api');
  register();
  await import(url);
}
