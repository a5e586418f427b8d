/**
 * Records what the real docker CLI 28.2.2 prints, for the tests in src/cli: help texts, complaints about
 * command lines, and listings of canned API answers. Run by hand: `node test/golden/record-cli.mjs`.
 */
import { spawnSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const golden = new URL('cli/', import.meta.url);
const read = (name) => readFileSync(new URL(name, golden), 'utf8');
const write = (name, text) => writeFileSync(new URL(name, golden), text);
const lines = (name) => read(name).split('\n').filter(Boolean);

const timeoutMs = 5000;

const version = spawnSync('docker', ['--version'], { encoding: 'utf8' }).stdout;
if (!version.startsWith('Docker version 28.2.2,')) throw new Error(`Wrong docker: ${version}`);

/** The words of a command line as a shell reads them. */
function words(line) {
  const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  return stdout.split('\0').slice(0, -1);
}

function docker(argv, env) {
  return new Promise((resolve) => {
    const child = spawn('docker', argv, {
      env: { PATH: process.env.PATH, HOME: '/root', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const result = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => (result[name] += text));
    }
    // None of them has anything to wait for; what does is a mistake in the list.
    const timer = setTimeout(() => child.kill(), timeoutMs);
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      if (exitCode === null) console.error(`No end: docker ${argv.join(' ')}`);
      resolve({ ...result, exitCode });
    });
  });
}

/** Serves the canned answers; what is not there is a 404. */
function serve(routes) {
  const folder = mkdtempSync(join(tmpdir(), 'record-cli-'));
  const path = join(folder, 's');
  const server = http.createServer((request, response) => {
    const route = request.url.replace(/^\/v[\d.]+/, '').replace(/\?.*/, '');
    const value = route === '/_ping' ? 'OK' : routes[`${request.method} ${route}`];
    response.setHeader('api-version', '1.51');
    response.setHeader('ostype', 'linux');
    response.setHeader('swarm', 'inactive');
    response.setHeader('docker-experimental', 'false');
    response.setHeader('content-type', 'application/json');
    response.statusCode = value === undefined ? 404 : 200;
    const body = value ?? { message: `No such thing: ${route}` };
    response.end(request.method === 'HEAD' ? '' : JSON.stringify(body));
  });
  return new Promise((resolve) => server.listen(path, () => resolve({ server, path })));
}

async function record(list, name) {
  const routes = JSON.parse(read('replay/routes.json'));
  const { server, path } = await serve(routes);
  const cases = [];
  for (const line of lines(list)) {
    const argv = words(line);
    const now = Date.now();
    const result = await docker(argv, { DOCKER_HOST: `unix://${path}` });
    cases.push({ argv, now, ...result });
  }
  server.close();
  write(name, `${JSON.stringify(cases, undefined, 1)}\n`);
}

/** Help is asked for beside an engine, which hides what it cannot do. */
async function recordHelp() {
  const { server, path } = await serve({});
  for (const line of lines('help/commands.txt')) {
    const argv = line === 'docker' ? [] : line.split(' ');
    const { stdout } = await docker([...argv, '--help'], { DOCKER_HOST: `unix://${path}` });
    write(`help/${line.replaceAll(' ', '-')}.txt`, stdout);
  }
  server.close();
}

await recordHelp();
await record('replay/commands.txt', 'replay/cases.json');
await record('usage/commands.txt', 'usage/cases.json');
await record('completion/commands.txt', 'completion/cases.json');
