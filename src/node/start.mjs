/**
 * `npm start` on a fresh clone: installs and builds what is missing or stale, then serves the playground.
 * Plain JavaScript without dependencies, because it runs before there are any.
 */
import { spawn } from 'node:child_process';
import { buildIfStale, installIfStale, root } from './build-if-stale.mjs';
import { requireNode } from './require-node.mjs';

requireNode();
try {
  installIfStale();
  buildIfStale();
} catch (error) {
  console.error(`Cannot start: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}

const server = spawn(
  process.execPath,
  ['--import', 'tsx', 'src/node/serve-playground.ts', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);
// Ctrl+C reaches the whole process group; the server ends itself and this process follows it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => server.kill('SIGTERM'));
server.on('exit', (code) => process.exit(code ?? 0));
