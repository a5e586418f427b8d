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

/** Serves the canned answers; what is not there is a 404. `onRequest` gets what was asked, as `requestOf` has it. */
function serve(routes, onRequest = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), 'record-cli-'));
  const path = join(folder, 's');
  const server = http.createServer(async (request, response) => {
    const route = request.url.replace(/^\/v[\d.]+/, '').replace(/\?.*/, '');
    const value = route === '/_ping' ? 'OK' : answerOf(routes, `${request.method} ${route}`);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (route !== '/_ping') onRequest(requestOf(request, Buffer.concat(chunks).toString()));
    response.setHeader('api-version', '1.51');
    response.setHeader('ostype', 'linux');
    response.setHeader('swarm', 'inactive');
    response.setHeader('docker-experimental', 'false');
    response.setHeader('content-type', 'application/json');
    response.statusCode = value === undefined ? 404 : 200;
    const body = value ?? { message: `No such thing: ${route}` };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.end(request.method === 'HEAD' ? '' : text);
  });
  return new Promise((resolve) => server.listen(path, () => resolve({ server, path })));
}

/** A `*` in a route stands for any one part of a path. */
function answerOf(routes, route) {
  return routes[route] ?? routes[route.replace(/^(\S+ \/\w+\/)[^/]+/, '$1*')];
}

/** What a request asks for: without the version, in which both clients differ, and what says nothing. */
function requestOf({ method, url, headers }, body) {
  const auth = headers['x-registry-auth'];
  return {
    method,
    path: url.replace(/^\/v[\d.]+/, ''),
    ...(auth === undefined ? {} : { auth: Buffer.from(auth, 'base64url').toString() }),
    ...(body === '' ? {} : { body: JSON.stringify(withoutEmpty(JSON.parse(body))) }),
  };
}

/** Without fields that hold null, nothing, 0 or false. */
function withoutEmpty(value) {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, field]) => [key, withoutEmpty(field)]);
  return Object.fromEntries(fields.filter(([, field]) => !isEmpty(field)));
}

function isEmpty(value) {
  if (Array.isArray(value)) return value.every(isEmpty);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return !value;
}

/** What the commands ask the engine for, flag by flag. */
async function recordRequests() {
  const routes = {
    ...JSON.parse(read('replay/routes.json')),
    ...JSON.parse(read('requests/routes.json')),
  };
  let requests = [];
  const { server, path } = await serve(routes, (request) => requests.push(request));
  const cases = [];
  for (const line of lines('requests/commands.txt')) {
    requests = [];
    const argv = words(line);
    const { stderr } = await docker(argv, { DOCKER_HOST: `unix://${path}`, HOME: '/nosuch' });
    cases.push({ argv, requests, stderr });
  }
  server.close();
  write('requests/cases.json', `${JSON.stringify(cases, undefined, 1)}\n`);
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
await recordRequests();
await record('replay/commands.txt', 'replay/cases.json');
await record('usage/commands.txt', 'usage/cases.json');
await record('completion/commands.txt', 'completion/cases.json');
