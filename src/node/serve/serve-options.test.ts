import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { formatListenAddress, isLoopback, parseListenAddress } from './listen-address.ts';
import { parseServeOptions, UsageError } from './serve-options.ts';

beforeEach(() => {
  vi.stubEnv('XDG_DATA_HOME', '/data');
  vi.stubEnv('XDG_RUNTIME_DIR', '/run/user/1');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('parseServeOptions()', () => {
  test('has the user’s own folders for defaults', () => {
    expect(parseServeOptions([])).toMatchObject({
      hosts: [{ kind: 'unix', path: '/run/user/1/bottleship/docker.sock' }],
      dataRoot: '/data/bottleship',
      allowRemote: false,
    });
    vi.stubEnv('XDG_RUNTIME_DIR', '');
    expect(parseServeOptions(['--data-root', '/d'])?.hosts).toEqual([
      { kind: 'unix', path: '/d/docker.sock' },
    ]);
    expect(parseServeOptions(['--help'])).toBeUndefined();
  });

  test('keeps the data of a remapped engine apart', () => {
    const range = { inside: 0, outside: 100_000, size: 65_536 };
    expect(parseServeOptions(['--data-root', '/d', '--userns-remap', 'default'])).toMatchObject({
      dataRoot: '/d/100000.100000',
      ids: { uids: [range], gids: [range] },
    });
  });

  test('takes several hosts and mirrors, and whole mebibytes', () => {
    const argv =
      '-H unix:///a -H tcp://[::1]:1 -m 200500k --registry-mirror https://m.example/x/'.split(' ');
    expect(parseServeOptions(argv)).toMatchObject({
      hosts: [
        { kind: 'unix', path: '/a' },
        { kind: 'tcp', host: '::1', port: 1 },
      ],
      memorySizeBytes: 195 * 1024 * 1024,
      registryMirrors: ['https://m.example/x'],
    });
  });

  test.each([
    [['--nosuch'], 'unknown flag: --nosuch'],
    [['--userns-remap', 'a:b:c'], 'invalid argument "a:b:c" for "--userns-remap": '],
    [['-x'], 'unknown shorthand flag: -x'],
    [['extra'], "Unexpected argument 'extra'"],
    [['--host', 'fd://'], 'invalid argument "fd://" for "--host": expected unix:///path or tcp://host:port'],
    [['--host', 'unix://a'], 'invalid argument "unix://a" for "--host": a unix socket needs an absolute path'],
    [['--host', 'tcp://h:70000'], 'invalid argument "tcp://h:70000" for "--host": a port is at most 65535'],
    [['--memory', '64m'], 'invalid argument "64m" for "--memory": the machine takes from 128m to 3g'],
    [['--memory', '4g'], 'invalid argument "4g" for "--memory": the machine takes from 128m to 3g'],
    [['--memory', 'much'], 'invalid argument "much" for "--memory": '],
    [['--registry-proxy', 'ftp://x'], 'invalid argument "ftp://x" for "--registry-proxy": expected a URL with http or https'],
    [['--registry-mirror', 'x'], 'invalid argument "x" for "--registry-mirror": expected a URL with http or https'],
  ])('%j is refused', (argv, message) => {
    const parse = () => parseServeOptions(argv);
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
  }); // prettier-ignore
});

test.each([
  ['tcp://', 'tcp://0.0.0.0:2375', false],
  ['tcp://127.0.0.1', 'tcp://127.0.0.1:2375', true],
  ['tcp://127.1.2.3:0', 'tcp://127.1.2.3:0', true],
  ['tcp://localhost:99/', 'tcp://localhost:99', true],
  ['tcp://[::1]:5', 'tcp://[::1]:5', true],
  ['tcp://[::]', 'tcp://[::]:2375', false],
  ['tcp://127.example.org', 'tcp://127.example.org:2375', false],
  ['unix:///a b', 'unix:///a b', true],
])('%s is %s, and within this machine: %s', (text, formatted, loopback) => {
  const address = parseListenAddress(text);
  expect(formatListenAddress(address)).toBe(formatted);
  expect(isLoopback(address)).toBe(loopback);
});
