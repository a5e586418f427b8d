/**
 * Finds what a fresh machine lacks and installs what can be installed: npm packages always, Debian's
 * packages where this is a Debian with root. Plain JavaScript without dependencies: it runs first.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export { requireNode } from '../../src/node/require-node.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Program that must be found, the Debian package that brings it, and what needs it. */
const programs = [
  ['chromium', 'chromium', 'the browser tests'],
  ['e2fsck', 'e2fsprogs', 'the tests of the disk'],
  ['docker', 'docker.io', 'the docker CLI tests'],
  ['gcc', 'gcc', "the agent's unit tests"],
  ['docker-registry', 'docker-registry', 'the registry tests'],
  ['skopeo', 'skopeo', 'the registry tests'],
  ['umoci', 'umoci', 'the registry tests'],
  ['zstd', 'zstd', 'the registry tests'],
  ['setcap', 'libcap2-bin', 'the registry tests'],
];

/** Runs a program with its output shown; returns whether it succeeded. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  return result.status === 0;
}

/** The same while others run beside it. */
function runBeside(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

/** `npm ci` when node_modules is missing or older than the lock file. */
export async function installPackages() {
  const lock = `${root}/package-lock.json`;
  const stamp = `${root}/node_modules/.package-lock.json`;
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Installing npm packages …');
  if (await runBeside('npm', ['ci', '--no-audit', '--no-fund'])) return;
  console.error('Cannot install the npm packages: `npm ci` failed, see above');
  process.exit(1);
}

function found(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** Installs missing programs with apt where possible, `more` too; returns what is still missing, with its use. */
export async function installPrograms(more = []) {
  const missing = [...programs, ...more].filter(([program]) => !found(program));
  if (missing.length === 0) return [];
  if (process.getuid?.() === 0 && found('apt-get')) {
    const packages = [...new Set(missing.map(([, name]) => name))];
    console.log(`Installing Debian packages: ${packages.join(' ')} …`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
    const install = ['install', '-y', '-q', '--no-install-recommends', ...packages];
    // A list that cannot be had, of whatever source, is told; the packages may come from another.
    await runBeside('apt-get', ['update', '-q'], quiet);
    await runBeside('apt-get', install, quiet);
  }
  return missing.filter(([program]) => !found(program));
}
