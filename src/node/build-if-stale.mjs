/**
 * Installs and builds what is missing or older than what it is made from. Plain JavaScript without
 * dependencies, because it runs before there are any.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const vite = ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'];

/** Runs `npm ci` when the lock file is newer than what is installed. A linked folder is another checkout's to care for. */
export function installIfStale() {
  const installed = lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false });
  if (installed?.isSymbolicLink() === true) return;
  if (modified('node_modules/.package-lock.json') >= modified('package-lock.json')) return;
  run('Installing the dependencies', npm, ['ci', '--no-audit', '--no-fund']);
}

/** Builds `dist/` when a file of the build is newer. */
export function buildIfStale() {
  // The service worker is written last: without it, a build was interrupted.
  if (modified('dist-preview') > 0 && modified('dist/service-worker.js') >= newestSource()) return;
  run('Building the page', process.execPath, vite);
}

/** @param {string} path @returns {number} milliseconds, 0 when it is not there */
function modified(path) {
  const file = join(root, path);
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

/** Newest change of anything the build reads. */
function newestSource() {
  const files = ['package-lock.json', 'vite.config.ts', 'tsconfig.base.json'];
  for (const folder of ['src', 'public']) {
    if (!existsSync(join(root, folder))) continue;
    for (const entry of readdirSync(join(root, folder), { recursive: true })) {
      files.push(join(folder, String(entry)));
    }
  }
  return Math.max(...files.filter((file) => !/\.test\.|\.md$|\.png$/.test(file)).map(modified));
}

/** What is told of the work goes to stderr: stdout is the server's own. */
const progress = ['inherit', 2, 2];

/** @param {string} title @param {string} command @param {string[]} args */
function run(title, command, args) {
  console.error(`${title} …`);
  // npm is a script on Windows, and only a shell starts those; nothing here comes from outside.
  const shell = process.platform === 'win32' && command === npm;
  // Under a test runner the build is still the real one.
  const { VITEST: _vitest, NODE_ENV: _mode, ...env } = process.env;
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: progress, shell, env });
  if (status !== 0)
    throw new Error(`${title} failed${error === undefined ? '' : `: ${error.message}`}`);
}
