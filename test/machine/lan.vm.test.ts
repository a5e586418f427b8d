/** Several machines on one virtual LAN: the switch joins an interface that each has beside its own network. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createServer, type AddressInfo } from 'node:net';
import { joinLan } from '../../src/host/join-lan.ts';
import { VirtualSwitch } from '../../src/vm/virtual-switch.ts';
import { startTestEgress, type TestEgress } from '../support/egress.ts';
import { startTestHost, type TestHost } from '../support/host.ts';

const lan = new VirtualSwitch({ now: () => performance.now() });
const gateway = '10.200.0.254';
const name = 'test.example';
/** Greets whoever comes. */
const server = createServer((socket) => socket.end('hello\n'));
let port: number;
let out: TestEgress;
let hosts: readonly TestHost[] = [];

beforeAll(async () => {
  const options = { threaded: true };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  out = await startTestEgress(
    { allow: [`${name}:${port}`], allowPrivate: [name] },
    { resolver: async () => [{ address: '127.0.0.1', family: 4 }] },
  );
  // The way out is the first one's.
  hosts = await Promise.all([
    startTestHost({ ...options, egress: out.egress }),
    startTestHost(options),
  ]);
  await hosts[0]?.host.plugGateway(lan, { macAddress: '02:6c:61:6e:00:fe', address: gateway });
  for (const [index, { host }] of hosts.entries())
    await joinLan(host.guest, lan, {
      name: 'lan0',
      macAddress: `02:6c:61:6e:00:0${index + 1}`,
      address: `10.200.0.${index + 1}`,
      gateway,
    });
}, 180_000);

afterAll(async () => {
  lan.dispose();
  out?.dispose();
  server.close();
  await Promise.all(hosts.map((host) => host.dispose()));
});

/** Lines of a script that stops at its first failure, on one of the machines. */
async function run(index: number, script: string): Promise<string> {
  const result = await hosts[index]?.run(`set -e\n${script}`);
  if (result?.exitCode !== 0) throw new Error(`machine ${index}: ${JSON.stringify(result)}`);
  return result.stdout;
}

test('machines that go on from the same state have random numbers and a time of their own', async () => {
  const one = await run(0, 'cat /proc/sys/kernel/random/boot_id /proc/sys/kernel/random/uuid');
  const other = await run(1, 'cat /proc/sys/kernel/random/boot_id /proc/sys/kernel/random/uuid');
  const numbers = `${one}${other}`.trim().split('\n');
  expect(numbers).toHaveLength(4);
  expect(new Set(numbers).size).toBe(4);
  const apartMs = Math.abs(Number(await run(1, 'date +%s%3N')) - Date.now());
  expect(apartMs).toBeLessThan(5000);
  expect(await run(1, 'dmesg | head -1')).toContain('Linux version 6.12');
}, 60_000);

const onePing = 'ping -c 1 -W 20';

test('two machines ping each other, and know each other by address', async () => {
  expect(await run(0, `${onePing} 10.200.0.2`)).toContain('1 received, 0% packet loss');
  expect(await run(1, `${onePing} 10.200.0.1`)).toContain('1 received, 0% packet loss');
  expect(await run(0, 'ip neigh show dev lan0')).toContain('02:6c:61:6e:00:02');
  expect(lan.addressCount).toBe(3);
}, 120_000);

test('a VXLAN goes from machine to machine over it, as an overlay network does', async () => {
  for (const index of [0, 1])
    await run(
      index,
      `ip link add vx0 type vxlan id 42 dstport 4789 local 10.200.0.${index + 1} remote 10.200.0.${2 - index} dev lan0
       ip addr add 10.201.0.${index + 1}/24 dev vx0
       ip link set vx0 up`,
    );
  expect(await run(0, `${onePing} 10.201.0.2`)).toContain('1 received, 0% packet loss');
  // Whole packets, of which the outer ones are larger than the LAN takes: in pieces.
  expect(await run(1, `${onePing} -s 3000 10.201.0.1`)).toContain('1 received, 0% packet loss');
  expect(await run(0, 'ip -o -d link show vx0')).toContain('vxlan id 42');
}, 120_000);

test('both reach out through the gateway on it, and are told at once what is refused', async () => {
  for (const index of [0, 1]) {
    expect(await run(index, `${onePing} ${gateway}`)).toContain('1 received, 0% packet loss');
    const greeting = await run(index, `timeout 60 bash -c 'cat < /dev/tcp/${name}/${port}'`);
    expect(greeting).toBe('hello\n');
    const refused = `timeout 60 bash -c 'cat < /dev/tcp/${name}/22' 2>&1 || true`;
    expect(await run(index, refused)).toMatch(/Connection (refused|reset)/);
    expect(await run(index, 'ip neigh show dev lan0')).toContain('02:6c:61:6e:00:fe');
  }
}, 120_000);
