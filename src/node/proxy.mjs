/** `npm run proxy`: starts the registry proxy. Plain JavaScript: it hands over to TypeScript through tsx. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

if (!existsSync(join(root, 'node_modules/.package-lock.json'))) {
  const { status } = spawnSync(npm, ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

// The file that --config names is relative to where the command was typed.
const server = spawn(
  process.execPath,
  [
    '--import',
    join(root, 'node_modules/tsx/dist/loader.mjs'),
    join(root, 'src/node/serve-proxy.ts'),
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => server.kill('SIGTERM'));
server.on('exit', (code) => process.exit(code ?? 0));
