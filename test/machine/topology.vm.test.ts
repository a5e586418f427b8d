/** A routed topology of twelve hosts with address translation, built from containers by test/topology/up.sh. */
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestHost, type TestHost } from '../support/host.ts';

const folder = new URL('../topology/', import.meta.url);
/** Twelve containers and five connections, on a machine that others load too. */
const timeoutMs = 600_000;
let host: TestHost;

beforeAll(async () => {
  host = await startTestHost();
  await run('mkdir -p /root/topology/services');
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.sh')) continue;
    const content = await readFile(new URL(name, folder));
    await host.host.guest.writeFile(`/root/topology/${name}`, content, { mode: 0o755 });
  }
  await run('docker pull -q busybox');
  await run('sh /root/topology/up.sh');
}, timeoutMs);

afterAll(() => host.dispose());

async function run(line: string): Promise<string> {
  const { stdout, stderr, exitCode } = await host.run(line);
  if (exitCode !== 0) throw new Error(`${line}: exit code ${exitCode}: ${stdout}${stderr}`);
  return stdout;
}

/** What a service says to lines that a client sends; the client goes when the service does. */
function talk(from: string, to: string, lines: readonly string[]): Promise<string> {
  const text = lines.map((line) => `${line}\\r\\n`).join('');
  const script = `rm -f /f; mkfifo /f; exec 3<>/f; printf "${text}" >&3; nc -w 20 ${to} <&3`;
  return run(`docker exec ${from} sh -c '${script}'`);
}

test(
  'packets go by the routers between home and site, and no other way',
  async () => {
    const hops = async (from: string, to: string) =>
      (await run(`docker exec ${from} traceroute -n -q 1 -w 10 -m 8 ${to}`))
        .split('\n')
        .slice(1)
        .flatMap((line) => / (\d+\.\d+\.\d+\.\d+) /.exec(line)?.[1] ?? []);
    const site = ['10.25.1.2', '10.1.0.3', '10.1.1.4', '10.130.1.23'];
    expect(await hops('h1', 'www.example.com')).toEqual(['192.168.1.2', ...site]);
    expect(await hops('h4', 'www.example.com')).toEqual(['192.168.2.2', ...site]);
    expect(await hops('h1', '192.168.1.13')).toEqual(['192.168.1.13']);
  },
  timeoutMs,
);

test(
  'the site sees the modems, and nobody behind them can be called',
  async () => {
    for (const home of ['h1', 'h2', 'h3', 'h4']) {
      const ping = `docker exec ${home} ping -c 1 -W 20 www.example.com`;
      expect(await run(ping)).toContain('1 packets received, 0% packet loss');
    }
    for (const home of ['h2', 'h4'])
      expect(await run(`docker exec ${home} wget -q -O - http://www.example.com/`)).toBe(
        '<p>example.com</p>\n',
      );
    const seen = await run('docker logs www 2>&1');
    expect(seen).toContain('10.25.1.65');
    expect(seen).toContain('10.25.1.66');
    expect(seen).not.toContain('192.168.');
    const called = await host.run('docker exec www ping -c 1 -W 5 192.168.1.11');
    expect(called.exitCode).toBe(1);
  },
  timeoutMs,
);

test(
  'mail is left by SMTP, and found by POP3 and IMAP from the other home',
  async () => {
    const letter = [
      'HELO h1',
      'MAIL FROM:<a@home>',
      'RCPT TO:<b@home>',
      'DATA',
      'Hello, h4',
      '.',
      'QUIT',
    ];
    expect(await talk('h1', 'mail.example.com 25', letter)).toContain('250 Queued');
    expect(
      await talk('h4', 'mail.example.com 110', ['USER b', 'PASS b', 'RETR 1', 'QUIT']),
    ).toContain('Hello, h4');
    const asked = ['a LOGIN b b', 'b SELECT INBOX', 'c LOGOUT'];
    expect(await talk('h4', 'mail.example.com 143', asked)).toContain('* 1 EXISTS');
  },
  timeoutMs,
);

test(
  'a shell answers by telnet, as the host that it is on',
  async () => {
    const said = await talk('h3', 'shell.example.com 23', ['cat /etc/hostname', 'exit']);
    expect(said).toMatch(/\nshell\r?\n/);
  },
  timeoutMs,
);

test(
  'a shell answers by SSH, to who has the key alone',
  async () => {
    const ssh = 'dbclient -y';
    const there = 'root@shell.example.com';
    expect(await run(`docker exec h3 ${ssh} ${there} "hostname; echo \\$SSH_CONNECTION"`)).toMatch(
      /^shell\n10\.25\.1\.65 \d+ 10\.130\.1\.21 22\n$/,
    );
    const stranger = await host.run(
      `docker exec h4 sh -c 'mv /root/.ssh /root/keys; ${ssh} ${there} hostname < /dev/null'`,
    );
    expect(stranger.exitCode).toBe(1);
    expect(stranger.stdout).toBe('');
  },
  timeoutMs,
);

test(
  'all of it goes away again',
  async () => {
    await run('sh /root/topology/down.sh');
    expect(await run('docker ps -aq; docker network ls -q --filter type=custom')).toBe('');
  },
  timeoutMs,
);
