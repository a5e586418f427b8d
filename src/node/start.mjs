/**
 * `npm start` on a fresh clone: installs and builds what is missing or stale, then serves the playground.
 * Plain JavaScript without dependencies, because it runs before there are any.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Cannot start: Node 20.19 or newer is needed, this is ${process.versions.node}`);
}

if (modified('node_modules/.package-lock.json') < modified('package-lock.json')) {
  run('Installing the dependencies', npm, ['ci', '--no-audit', '--no-fund']);
}
if (modified('dist/index.html') < newestSource()) {
  run('Building the page', process.execPath, [
    'node_modules/vite/bin/vite.js',
    'build',
    '--logLevel',
    'warn',
  ]);
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
  return Math.max(...files.filter((file) => !file.includes('.test.')).map(modified));
}

/** @param {string} title @param {string} command @param {string[]} args */
function run(title, command, args) {
  console.log(`${title} …`);
  // npm is a script on Windows, and only a shell starts those; nothing here comes from outside.
  const shell = process.platform === 'win32' && command === npm;
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell });
  if (status !== 0) fail(`${title} failed${error === undefined ? '' : `: ${error.message}`}`);
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}
