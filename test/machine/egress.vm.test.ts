/** The way out on the real machine: through WISP on a real WebSocket, to servers on loopback only. */
import { createSocket } from 'node:dgram';
import {
  createServer as createPlainServer,
  type Server as PlainServer,
  type ServerResponse,
} from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate } from '../support/certificate.ts';
import { gatewayNamespace, gatewayRules } from '../../src/egress/gateway-plan.ts';
import { listTable } from '../../src/guest/nftables/table.ts';
import { startTestEgress, type TestEgress } from '../support/egress.ts';
import { startTestHost, type TestHost } from '../support/host.ts';

const name = 'test.example';
/** curl is the machine's: the container sees its files below /m. */
const chroot = '-v /:/m busybox chroot /m';
const curl = `${chroot} /usr/bin/curl -sS -m 60`;
const addresses: Record<string, string> = {};
let server: Server;
let port: number;
/** Answers when a hundred wait. */
let plain: PlainServer;
let plainPort: number;
/** Answers each datagram with what it held. */
const echo = createSocket('udp4');
let echoPort: number;
let out: TestEgress;
let host: TestHost;
let sentBytes = 0;

const beside = (
  [
    { op: 'touch', path: '/run/bottleship/beside', mode: 0o600 },
    { op: 'unshare', namespaces: ['net'] },
    {
      op: 'mount',
      source: '/proc/self/ns/net',
      target: '/run/bottleship/beside',
      fstype: '',
      flags: ['bind'],
      data: '',
    },
    { op: 'packetFilter', table: gatewayRules({ isOpen: false }) },
  ] as const
).map((operation) => ({ operation, cause: '' }));

beforeAll(async () => {
  const certificate = makeCertificate(name);
  server = createServer({ ...certificate }, (request, response) => {
    if (request.url !== '/large') {
      response.end(`hello from ${request.headers.host}\n`);
      return;
    }
    const chunk = Buffer.alloc(65_536);
    const send = (): void => {
      while (response.write(chunk, () => (sentBytes += chunk.length)))
        if (response.destroyed) return;
      response.once('drain', send);
    };
    send();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  const waiting: ServerResponse[] = [];
  plain = createPlainServer((_, response) => {
    waiting.push(response);
    if (waiting.length === 100) for (const one of waiting.splice(0)) one.end();
  });
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  plainPort = (plain.address() as AddressInfo).port;
  echo.on('message', (bytes, { port: from, address }) => echo.send(bytes, from, address));
  await new Promise<void>((resolve) => echo.bind(0, '127.0.0.1', resolve));
  echoPort = echo.address().port;
  addresses[name] = '127.0.0.1';
  addresses['rebind.example'] = '93.184.216.34';
  out = await startTestEgress(
    {
      allow: [`${name}:${port},${plainPort},${echoPort}`, `rebind.example:${port}`],
      allowPrivate: [name],
    },
    { resolver: async (asked) => [{ address: addresses[asked] ?? '', family: 4 }] },
  );
  host = await startTestHost({ egress: out.egress });
  await host.host.networkReady;
  await host.host.guest.writeFile('/root/cert.pem', new TextEncoder().encode(certificate.cert));
  await host.run('docker pull -q busybox');
});

afterAll(async () => {
  await host?.dispose();
  out?.dispose();
  server?.closeAllConnections();
  server?.close();
  plain?.closeAllConnections();
  plain?.close();
  echo.close();
});

describe('a container', () => {
  test('reaches an allowed server over TLS, end to end', async () => {
    const { stdout, stderr } = await host.run(
      `docker run --rm ${curl} --cacert /root/cert.pem https://${name}:${port}/`,
    );
    expect(stderr).toBe('');
    expect(stdout).toBe(`hello from ${name}:${port}\n`);
  });

  test('exchanges datagrams with an allowed server, and is told at once what is refused', async () => {
    const said = async (to: number): Promise<string> => {
      const talk = `exec 3<>/dev/udp/${name}/${to}; echo hello >&3; timeout 20 head -n 1 <&3`;
      const { stdout, stderr } = await host.run(`docker run --rm ${chroot} /bin/bash -c '${talk}'`);
      return stdout + stderr;
    };
    expect(await said(echoPort)).toBe('hello\n');
    expect(await said(22)).toContain('No route to host');
    // Allowed, but only TCP listens there.
    expect(await said(plainPort)).toContain('Connection refused');
  });

  test('is told at once that anything else is refused', async () => {
    const { stdout } = await host.run(
      `docker run --rm ${chroot} /bin/sh -c '` +
        [`https://${name}:22/`, 'http://other.example/', 'http://10.1.2.3/', 'http://1.1.1.1/']
          .map((url) => `/usr/bin/curl -s -m 20 ${url}; echo $?;`)
          .join('') +
        `ping -c 1 -w 20 1.1.1.1 | grep -c " 0 received"'`,
    );
    // 7, 35 and 56: reset, sooner or later; 6: no such name.
    expect(stdout).toMatch(/^(7|35|56)\n6\n(7|56)\n(7|56)\n1\n$/);
  });

  test('cannot have a name led to a private address', async () => {
    const ask = `docker run --rm ${curl} https://rebind.example:${port}/`;
    addresses['rebind.example'] = '127.0.0.1';
    expect((await host.run(ask)).stderr).toContain('Could not resolve host: rebind.example');
    addresses['rebind.example'] = '169.254.169.254';
    expect((await host.run(ask)).stderr).toContain('Could not resolve host: rebind.example');
  });

  test('has a hundred connections at once', { timeout: 240_000 }, async () => {
    // Plain HTTP: a hundred TLS handshakes are a minute of an emulated processor's.
    const { stdout } = await host.run(
      `for i in $(seq 100); do echo url=http://${name}:${plainPort}/$i; echo output=/dev/null; done > /root/urls; ` +
        `docker run --rm ${curl} -Z --parallel-max 100 --parallel-immediate ` +
        `-w '%{http_code}\\n' -m 200 -K /root/urls | grep -c 200`,
    );
    expect(stdout).toBe('100\n');
  });

  test('that reads slowly holds the server up, and no memory grows', async () => {
    sentBytes = 0;
    const before = process.memoryUsage();
    const { stdout } = await host.run(
      `docker run --rm ${curl} -k --limit-rate 20K -m 8 -o /dev/null -w '%{size_download}' https://${name}:${port}/large`,
    );
    expect(Number(stdout)).toBeGreaterThan(0);
    // What the windows on the way hold, those of three TCP connections included.
    expect(sentBytes).toBeLessThan(12 * 1024 * 1024);
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(24 * 1024 * 1024);
  });
});

/** As dockerd 20.10 makes them in a container's network namespace. */
const resolverRulesOfDockerd = `-P PREROUTING ACCEPT
-P INPUT ACCEPT
-P OUTPUT ACCEPT
-P POSTROUTING ACCEPT
-N DOCKER_OUTPUT
-N DOCKER_POSTROUTING
-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT
-A POSTROUTING -d 127.0.0.11/32 -j DOCKER_POSTROUTING
-A DOCKER_OUTPUT -d 127.0.0.11/32 -p tcp -m tcp --dport 53 -j DNAT --to-destination 127.0.0.11:<port>
-A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:<port>
-A DOCKER_POSTROUTING -s 127.0.0.11/32 -p tcp -m tcp --sport <port> -j SNAT --to-source :53
-A DOCKER_POSTROUTING -s 127.0.0.11/32 -p udp -m udp --sport <port> -j SNAT --to-source :53
`;

function ask(from: string, asked: string): Promise<{ readonly stdout: string }> {
  return host.run(`docker exec ${from} nslookup ${asked} 2>&1`);
}

test.each([[true], [false]])(
  'nft lists the gateway’s rules as they were meant, open: %s',
  async (isOpen) => {
    // A machine has one gateway; the other's rules are read in a namespace without anything.
    if (!isOpen) await host.host.guest.apply({ before: beside });
    const place = isOpen ? gatewayNamespace : '/run/bottleship/beside';
    const { stdout } = await host.run(`nsenter --net=${place} nft list ruleset`);
    expect(stdout).toBe(listTable(gatewayRules({ isOpen })));
  },
);

describe('containers of a user-defined network', () => {
  test('find each other by name, also after a restart with another address', async () => {
    await host.run(
      'docker network create names; for n in one two; do docker run -d --network names --network-alias both ' +
        '--name $n busybox sleep 1000; done; docker run -d --name apart busybox sleep 1000',
    );
    const address = async () =>
      (
        await host.run("docker inspect -f '{{.NetworkSettings.Networks.names.IPAddress}}' two")
      ).stdout.trim();
    const before = await address();
    expect((await ask('one', 'two')).stdout).toContain(before);
    expect((await ask('one', 'both')).stdout).toContain(before);
    expect((await ask('apart', 'two')).stdout).not.toContain(before);
    await host.run(
      'docker stop -t 0 two; docker run -d --network names --name third busybox sleep 1000; docker start two',
    );
    const after = await address();
    expect(after).not.toBe(before);
    expect((await ask('one', 'two')).stdout).toContain(after);
    const { stdout } = await host.run('docker exec one cat /etc/resolv.conf');
    expect(stdout).toContain('nameserver 127.0.0.11\n');
    expect(stdout).toContain('options ndots:0\n');
  });

  test('are found while others come and go, by their very first query', async () => {
    const { stdout } = await host.run(
      `docker exec one sh -c 'for n in $(seq 12); do nslookup two > /dev/null || echo lost; done' & ` +
        `for n in 1 2; do docker run --rm --network names busybox nslookup two | grep -c Name; done; wait`,
    );
    expect(stdout).toBe('1\n1\n');
  });

  test('are found by who is connected later, and port 53 is the container’s own', async () => {
    await host.run('docker network connect names apart');
    expect((await ask('apart', 'one')).stdout).toMatch(/Name:\s+one\n/);
    const listening = await host.run(
      `docker exec apart sh -c 'nc -l -p 53 & until netstat -lnt | grep :53; do :; done; kill $!'`,
    );
    expect(listening.stdout).toMatch(/:::53 .*LISTEN/);
    const inside = `nsenter -t $(docker inspect -f '{{.State.Pid}}' apart) -n`;
    const { stdout } = await host.run(`${inside} iptables -t nat -S`);
    expect(stdout.replaceAll(/\b\d{5}\b/g, '<port>')).toBe(resolverRulesOfDockerd);
  });

  test('resolve what is allowed outside too', async () => {
    const { stdout } = await host.run(`docker exec one nslookup ${name} 2>&1`);
    expect(stdout).toContain('127.0.0.11');
    expect(stdout).toContain('198.18.0.');
  });
});
