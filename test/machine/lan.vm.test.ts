/** Several machines on one virtual LAN: the switch joins an interface that each has beside its own network. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinLan } from '../../src/host/join-lan.ts';
import { VirtualSwitch } from '../../src/vm/virtual-switch.ts';
import { startTestHost, type TestHost } from '../support/host.ts';

const lan = new VirtualSwitch({ now: () => performance.now() });
let hosts: readonly TestHost[] = [];

beforeAll(async () => {
  const options = { threaded: true, memorySizeBytes: 272 * 1024 * 1024 };
  hosts = await Promise.all([startTestHost(options), startTestHost(options)]);
  for (const [index, { host }] of hosts.entries())
    await joinLan(host.guest, lan, {
      name: 'lan0',
      macAddress: `02:6c:61:6e:00:0${index + 1}`,
      address: `10.200.0.${index + 1}`,
    });
}, 180_000);

afterAll(async () => {
  lan.dispose();
  await Promise.all(hosts.map((host) => host.dispose()));
});

/** Lines of a script that stops at its first failure, on one of the machines. */
async function run(index: number, script: string): Promise<string> {
  const result = await hosts[index]?.run(`set -e\n${script}`);
  if (result?.exitCode !== 0) throw new Error(`machine ${index}: ${JSON.stringify(result)}`);
  return result.stdout;
}

const onePing = 'ping -c 1 -W 20';

test('two machines ping each other, and know each other by address', async () => {
  expect(await run(0, `${onePing} 10.200.0.2`)).toContain('1 received, 0% packet loss');
  expect(await run(1, `${onePing} 10.200.0.1`)).toContain('1 received, 0% packet loss');
  expect(await run(0, 'ip neigh show dev lan0')).toContain('02:6c:61:6e:00:02');
  expect(lan.addressCount).toBe(2);
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
