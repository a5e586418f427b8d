import { describe, expect, test } from 'vitest';
import { fakeHandler, jsonResponse, runFake } from '../../testing/fake-invocation.ts';

const path = '/root/.docker/config.json';
const env = { HOME: '/root' };
const login = () =>
  fakeHandler({
    'POST /auth': () => jsonResponse({ Status: 'Login Succeeded', IdentityToken: '' }),
  });

describe('docker login', () => {
  test('keeps credentials as Docker does, and says that they lie open', async () => {
    const argv = ['login', '-u', 'me', '--password-stdin', 'https://r.example:5000/v2/'];
    const files = { [path]: '{"psFormat":"x","auths":{}}' };
    const result = await runFake({ argv, env, files, stdin: 'secret\n', handler: login() });
    expect(result).toMatchObject({ stdout: 'Login Succeeded\n', exitCode: 0 });
    expect(result.stderr).toContain(`stored unencrypted in '${path}'`);
    expect(JSON.parse(result.files.get(path) ?? '')).toEqual({
      psFormat: 'x',
      auths: { 'r.example:5000': { auth: btoa('me:secret') } },
    });
  });

  test('uses them for pulls, and forgets them at logout', async () => {
    const auths = { 'r.example': { auth: btoa('me:secret') } };
    const files = { [path]: JSON.stringify({ auths }) };
    const handler = fakeHandler({ 'POST /images/create': () => jsonResponse({ status: 'ok' }) });
    await runFake({ argv: ['pull', 'r.example/a'], env, files, handler });
    const header = handler.requests[0]?.headers['x-registry-auth'] ?? '';
    expect(JSON.parse(atob(header))).toEqual({
      username: 'me',
      password: 'secret',
      serveraddress: 'r.example',
    });
    const out = await runFake({ argv: ['logout', 'r.example'], env, files });
    expect(out.stdout).toBe('Removing login credentials for r.example\n');
    expect(JSON.parse(out.files.get(path) ?? '')).toEqual({ auths: {} });
  });

  test('a credential helper that is not there is an error', async () => {
    const files = { [path]: '{"credsStore":"pass"}' };
    const argv = ['login', '-u', 'a', '-p', 'b', 'r.example'];
    const result = await runFake({ argv, env, files, handler: login() });
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain('exec: "docker-credential-pass": executable file not found');
  });

  test('asks at a terminal, and does not show the password', async () => {
    const result = await runFake({
      argv: ['login', 'r.example'],
      env,
      stdin: new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('me\n'));
          controller.enqueue(new TextEncoder().encode('secret\r'));
        },
      }),
      terminal: { stdin: true, stdout: true },
      handler: login(),
    });
    expect(result.stdout).toBe('Username: Password: \nLogin Succeeded\n');
    expect(result.rawModes).toEqual([true, false]);
  });

  test('asks for a password of Docker Hub, whose login in the browser is out of reach', async () => {
    const result = await runFake({
      argv: ['login'],
      env,
      stdin: new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('me\n'));
          controller.enqueue(new TextEncoder().encode('secret\r'));
        },
      }),
      terminal: { stdin: true, stdout: true },
      handler: login(),
    });
    expect(result.stderr).toMatch(
      /^Failed to start web-based login - falling back to command line login\.\.\.\n\n/,
    );
    expect(result.stdout).toMatch(/Username: Password: \nLogin Succeeded\n$/);
  });
});

describe('config.json', () => {
  test('gives listings their format, and every request its headers', async () => {
    const files = { [path]: '{"psFormat":"{{.ID}}!","HttpHeaders":{"X-Y":"z"}}' };
    const handler = fakeHandler({
      'GET /containers/json': () =>
        jsonResponse([{ Id: 'abc', Names: [], Command: '', Image: '', Created: 0 }]),
    });
    const result = await runFake({ argv: ['ps'], env, files, handler });
    expect(result.stdout).toBe('abc!\n');
    expect(handler.requests[0]?.headers['x-y']).toBe('z');
  });

  test('is warned about when it cannot be read', async () => {
    const files = { '/etc/d/config.json': '{' };
    const handler = fakeHandler({ 'GET /containers/json': () => jsonResponse([]) });
    const result = await runFake({ argv: ['--config', '/etc/d', 'ps', '-q'], files, handler });
    expect(result.exitCode).toBe(0);
    expect(result.stderr).toBe(
      'WARNING: Error parsing config file (/etc/d/config.json): unexpected EOF\n',
    );
  });

  test.each([
    ['[]', 'json: cannot unmarshal array into Go value of type configfile.ConfigFile'],
    [
      '{"psFormat":5}',
      'json: cannot unmarshal number into Go struct field ConfigFile.psFormat of type string',
    ],
    ['{"auths":{"r":{"auth":"nonsense"}}}', 'Invalid auth configuration file'],
  ])(
    '%s is no configuration, in Go’s words and under the name that was given',
    async (text, words) => {
      const files = { '/root/cfg/config.json': text };
      const handler = fakeHandler({ 'GET /containers/json': () => jsonResponse([]) });
      const result = await runFake({ argv: ['--config', 'cfg', 'ps', '-q'], files, handler });
      expect(result.stderr).toBe(
        `WARNING: Error parsing config file (cfg/config.json): ${words}\n`,
      );
    },
  );

  test('gives containers its proxies, but for those that are set', async () => {
    const proxies = { default: { httpProxy: 'http://p:1', noProxy: 'x', ftpProxy: 'http://p:2' } };
    const files = { [path]: JSON.stringify({ proxies }) };
    const handler = fakeHandler({ 'POST /containers/create': () => jsonResponse({ Id: 'a' }) });
    const argv = ['create', '-e', 'HTTP_PROXY=own', '-e', 'no_proxy', 'busybox'];
    await runFake({ argv, env, files, handler });
    const body = JSON.parse(new TextDecoder().decode(handler.requests[0]?.body as Uint8Array));
    expect(body.Env).toEqual([
      'HTTP_PROXY=own',
      'no_proxy',
      'http_proxy=http://p:1',
      'NO_PROXY=x',
      'FTP_PROXY=http://p:2',
      'ftp_proxy=http://p:2',
    ]);
  });
});
