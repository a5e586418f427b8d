/** Container networking by hand, as the books teach it: the machine is a real Linux, so nothing of it is special. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestHost, type TestHost } from '../support/host.ts';

let host: TestHost;

beforeAll(async () => {
  host = await startTestHost();
  await run('docker pull -q busybox');
  const pipework = await readFile(new URL('../pipework/pipework', import.meta.url));
  await host.host.guest.writeFile('/root/pipework', pipework, { mode: 0o755 });
}, 180_000);

afterAll(() => host.dispose());

/** Lines of a script that stops at its first failure; gives what they printed. */
async function run(script: string): Promise<string> {
  const { stdout, stderr, exitCode } = await host.run(`set -e\n${script}`);
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stdout}${stderr}`);
  return stdout;
}

/** Everyday tools, fetched over 9p when they are first run. */
const timeoutMs = 180_000;
const onePing = 'ping -c 1 -W 5';

test(
  'ip netns and a veth pair: two namespaces reach each other, and leave nothing',
  async () => {
    const before = await run('ip -o link | wc -l');
    const said = await run(`
    ip netns add red
    ip netns add blue
    ip link add veth-red type veth peer name veth-blue
    ip link set veth-red netns red
    ip link set veth-blue netns blue
    ip -n red addr add 10.99.0.1/24 dev veth-red
    ip -n blue addr add 10.99.0.2/24 dev veth-blue
    ip -n red link set veth-red up
    ip -n blue link set veth-blue up
    ip netns list | sort
    ip netns exec red ${onePing} 10.99.0.2
    ip netns exec blue ip neigh
    ip netns del red
    ip netns del blue`);
    expect(said).toMatch(/^blue.*\nred/);
    expect(said).toContain('1 received, 0% packet loss');
    expect(said).toMatch(/10\.99\.0\.1 dev veth-blue lladdr/);
    expect(await run('ip -o link | wc -l')).toBe(before);
  },
  timeoutMs,
);

test(
  'brctl: a bridge joins three namespaces, and the machine has an address on it',
  async () => {
    const join = (name: string, number: number) => `
    ip netns add ${name}
    ip link add port-${name} type veth peer name eth0 netns ${name}
    brctl addif br-lab port-${name}
    ip link set port-${name} up
    ip -n ${name} addr add 10.98.0.${number}/24 dev eth0
    ip -n ${name} link set eth0 up`;
    const said = await run(`
    brctl addbr br-lab
    ip addr add 10.98.0.1/24 dev br-lab
    ip link set br-lab up
    ${['one', 'two', 'three'].map((name, at) => join(name, at + 2)).join('\n')}
    brctl show br-lab
    ip netns exec one ${onePing} 10.98.0.4
    ${onePing} 10.98.0.3
    brctl showmacs br-lab | wc -l
    for name in one two three; do ip netns del $name; done
    ip link set br-lab down
    brctl delbr br-lab`);
    expect(said.match(/port-/g)).toHaveLength(3);
    expect(said.match(/1 received, 0% packet loss/g)).toHaveLength(2);
  },
  timeoutMs,
);

/** The steps of jpetazzo's pipework, one by one, and then its script: it gives a running container one interface more. */
test(
  'pipework’s steps and its script give a running container an interface on a bridge of ours',
  async () => {
    const said = await run(`
    id=$(docker run -d --network none --name lab busybox sleep 1000)
    pid=$(docker inspect -f '{{.State.Pid}}' lab)
    nsenter -t $pid -n ip -o link | wc -l
    ip link add dev br1 type bridge
    ip link set br1 up
    mkdir -p /var/run/netns
    ln -s /proc/$pid/ns/net /var/run/netns/$pid
    ip link add name veth1pl$pid mtu 1500 type veth peer name veth1pg$pid mtu 1500
    ip link set veth1pl$pid master br1
    ip link set veth1pl$pid up
    ip link set veth1pg$pid netns $pid
    ip netns exec $pid ip link set veth1pg$pid name eth1
    ip netns exec $pid ip addr add 192.168.77.10/24 brd 192.168.77.255 dev eth1
    ip netns exec $pid ip link set eth1 up
    ip netns exec $pid ip route add default via 192.168.77.1
    rm /var/run/netns/$pid
    ip addr add 192.168.77.1/24 dev br1
    ${onePing} 192.168.77.10
    docker exec lab ip route
    docker exec lab ${onePing.replace(' -W 5', '')} 192.168.77.1
    nsenter -t $pid -n -u hostname
    test "$(nsenter -t $pid -u hostname)" = "$(echo $id | cut -c1-12)"
    /root/pipework br7 -i eth2 lab 192.168.78.10/24
    ip addr add 192.168.78.1/24 dev br7
    ${onePing} 192.168.78.10 | grep -c '1 received'
    docker exec lab ip -o -4 addr show eth2
    docker rm -f lab
    ip -o link show | grep -c 'veth.*pl' || true
    ip link del br1
    ip link del br7`);
    expect(said).toMatch(/\n1\n\d+: eth2 +inet 192\.168\.78\.10\/24 /);
    expect(said).toMatch(/^1\n/);
    expect(said).toContain('default via 192.168.77.1 dev eth1');
    expect(said).toContain('1 received, 0% packet loss');
    expect(said).toMatch(/1 packets received, 0% packet loss/);
    expect(said).toMatch(/\nlab\n0\n$/);
  },
  timeoutMs,
);
