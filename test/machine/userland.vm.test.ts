/**
 * The machine's shell and every tool that is promised, started on the real machine: files over 9p,
 * libraries linked, nothing missing.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestHost, startTestHost } from '../support/host.ts';

let machine: TestHost;

beforeAll(async () => {
  machine = await startTestHost();
});

afterAll(async () => {
  await machine.dispose();
});

/** Command lines with what their output contains. */
const tools: readonly (readonly [string, string | RegExp])[] = [
  ['bash --version', 'GNU bash, version 5.2'],
  ['ls --version', 'ls (GNU coreutils) 9.1'],
  ['grep --version', 'GNU grep'],
  ['echo a-b | sed s/-/+/', 'a+b'],
  ["echo 'a b' | awk '{ print $2 }'", 'b'],
  ['find /etc -maxdepth 1 -name passwd', '/etc/passwd'],
  ['diff --version', 'diffutils'],
  ['file /bin/ls', 'ELF 32-bit LSB pie executable, Intel 80386'],
  ['less --version', 'less 590'],
  ['tree --version', 'tree v2'],
  ['ip -br link show lo', 'lo'],
  ['ss -V', 'iproute2'],
  ['ping -V', 'iputils'],
  ['ping -c 1 -W 2 127.0.0.1', '1 received'],
  ['curl --version', 'libcurl/7.88.1'],
  ['drill -v', 'ldns'],
  ['tcpdump --version', 'libpcap'],
  ['socat -V', 'socat version'],
  ['nc -h 2>&1', 'OpenBSD netcat'],
  ['iptables -V', 'nf_tables'],
  ['iptables -t nat -L -n', 'Chain PREROUTING'],
  ['nft add table ip t && nft list ruleset && nft delete table ip t', 'table ip t'],
  ['nsenter --version', 'util-linux'],
  ['unshare -Urpf --mount-proc id -u', '0'],
  ['lsns -t net', 'net'],
  ['findmnt /', 'overlay'],
  ['ps aux', 'kthreadd'],
  ['top -bn1', 'Tasks:'],
  ['free -m', 'Mem:'],
  ['pstree', /\S/],
  ['lsof -p $$', 'libc.so.6'],
  ['strace -c true 2>&1', 'syscall'],
  [`echo '{"a": [1, 2]}' | jq -c .a`, '[1,2]'],
  ['cd /tmp && git init -q g && cd g && git status', 'On branch'],
  ['ssh -V 2>&1', 'OpenSSH_9.2'],
  [
    'echo -n a | openssl dgst -sha256',
    'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
  ],
  ['nano --version', 'GNU nano'],
  ['vim --version', 'VIM - Vi IMproved'],
  ['tmux -V', 'tmux 3'],
  ['echo hello | pv -q', 'hello'],
  ['cd /tmp && echo x > f && tar cz f | tar tz', 'f'],
  ['echo hello | bzip2 | bunzip2', 'hello'],
  ['echo hello | xz | xz -d', 'hello'],
  ['echo hello | zstd | zstd -d', 'hello'],
  ['tput -T xterm-256color colors', '256'],
  ['getcap -h 2>&1', 'usage'],
];

describe('the machine', () => {
  test.each(tools)('runs %s', { timeout: 60_000 }, async (commandLine, wanted) => {
    const { stdout, stderr } = await machine.run(commandLine);
    if (typeof wanted === 'string') expect(stdout + stderr).toContain(wanted);
    else expect(stdout).toMatch(wanted);
    expect(stderr).not.toMatch(/not found|cannot open shared object/);
  });

  test('has the names, users and terminals that programs look up', async () => {
    const { stdout } = await machine.run(
      'getent passwd root www-data; getent services https; getent hosts localhost; locale charmap',
    );
    expect(stdout).toContain('root:x:0:0:root:/root:/bin/bash');
    expect(stdout).toContain('www-data:x:33:33');
    expect(stdout).toMatch(/https\s+443\/tcp/);
    expect(stdout).toContain('localhost');
    expect(stdout).toContain('UTF-8');
  });

  test('refuses writes to its own files below and takes them above', async () => {
    const below = await machine.run('touch /run/bottleship/host/machine/etc/x');
    expect(below.exitCode).toBe(1);
    expect(below.stderr).toContain('Read-only file system');
    expect((await machine.run('touch /etc/x && rm /etc/x')).exitCode).toBe(0);
  });
});
