/** Networks on the real machine: who reaches whom, by which way, and that nothing of it is left behind. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestHost, type TestHost } from '../support/host.ts';

let host: TestHost;

beforeAll(async () => {
  host = await startTestHost();
  await host.run('docker pull -q busybox');
}, 180_000);

afterAll(async () => {
  await host.dispose();
});

/** Standard output of a command that must succeed. */
async function out(line: string): Promise<string> {
  const { stdout, stderr, exitCode } = await host.run(line);
  if (exitCode !== 0) throw new Error(`${line}: exit code ${exitCode}: ${stdout}${stderr}`);
  return stdout;
}

/** Whether a web server answers, asked from a container. */
async function reaches(container: string, target: string): Promise<boolean> {
  const [address, port = '80'] = target.split(':');
  const ask = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 10 ${address} ${port}`;
  const { stdout } = await host.run(`docker exec ${container} sh -c "${ask}"`);
  return stdout.endsWith('hello\n');
}

const server = `sh -c 'echo hello > /index.html; exec httpd -f -h /'`;

describe('bridges', () => {
  test('containers of one network reach each other, those of two do not', async () => {
    await out('docker network create --subnet 10.81.0.0/24 one');
    await out('docker network create two');
    await out(`docker run -d --name web --network one -p 8080:80 busybox ${server}`);
    await out('docker run -d --name near --network one busybox sleep 1000');
    await out('docker run -d --name far --network two busybox sleep 1000');
    expect(await reaches('near', '10.81.0.2')).toBe(true);
    expect(await reaches('far', '10.81.0.2')).toBe(false);
    expect(await out('docker exec near ip route')).toMatch(/^default via 10\.81\.0\.1 dev eth0/);
  }, 180_000);

  test('a published port answers the machine and other containers', async () => {
    const addresses = ['127.0.0.1', '10.81.0.1', '[::1]'];
    const urls = addresses.map((address) => `http://${address}:8080/`).join(' ');
    expect(await out(`curl -sg --max-time 20 ${urls}`)).toBe('hello\n'.repeat(3));
    expect(await reaches('near', '10.81.0.1:8080')).toBe(true);
    expect(await reaches('web', '10.81.0.1:8080')).toBe(true);
    expect(await reaches('far', '10.81.0.1:8080')).toBe(true);
    expect(await out('docker port web')).toBe('80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080\n');
    const taken = await host.run('docker run -d --name late -p 8080:80 busybox sleep 9');
    expect(taken.stderr).toMatch(/Bind for 0\.0\.0\.0:8080 failed: port is already allocated/);
    await out('docker rm late');
  }, 180_000);

  test('who asks a published port is seen as on a Docker host', async () => {
    await out(`docker run -d --name seen -p 8081:80 busybox ${server.replace('-f', '-f -v')}`);
    const machine = '10.0.2.15';
    // By the proxy; by the machine's own address; by the proxy again, because the bridge's packets are not redirected.
    await out(
      `curl -s --retry 9 --retry-connrefused http://127.0.0.1:8081/ http://${machine}:8081/; ` +
        `docker run --rm busybox wget -q -O - http://${machine}:8081/`,
    );
    const asked = [...(await out('docker logs seen 2>&1')).matchAll(/\d+\.\d+\.\d+\.\d+/g)];
    expect([...new Set(asked.map(([address]) => address))]).toEqual(['172.17.0.1', machine]);
    await out('docker rm -f seen');
  }, 180_000);

  test('ports are published in every form', async () => {
    const forms = '-p 127.0.0.1:9000-9001:80-81 -p 9100-9110:82 -p 127.0.0.1::83 -p [::1]:9200:84';
    await out(`docker run -d --name forms ${forms} -p 5300:53/udp -p 85 busybox sleep 1000`);
    expect((await out('docker port forms | sort')).replaceAll(/3276\d/g, '<random>')).toBe(
      [
        '53/udp -> 0.0.0.0:5300',
        '53/udp -> [::]:5300',
        '80/tcp -> 127.0.0.1:9000',
        '81/tcp -> 127.0.0.1:9001',
        '82/tcp -> 0.0.0.0:9100',
        '82/tcp -> [::]:9100',
        '83/tcp -> 127.0.0.1:<random>',
        '84/tcp -> [::1]:9200',
        '85/tcp -> 0.0.0.0:<random>',
        '85/tcp -> [::]:<random>',
        '',
      ].join('\n'),
    );
    await out('docker rm -f forms');
  }, 180_000);

  test('the packet filter has the rules of a Docker host', async () => {
    const nat = await out('iptables -t nat -S');
    expect(nat).toContain('-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n');
    expect(nat).toContain('-A POSTROUTING -s 10.81.0.0/24 ! -o br-');
    expect(nat).toMatch(
      /-A DOCKER ! -i br-\w+ -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10\.81\.0\.2:80\n/,
    );
    const forward = (await out('iptables -S FORWARD')).split('\n');
    expect(forward.slice(1, 3)).toEqual([
      '-A FORWARD -j DOCKER-USER',
      '-A FORWARD -j DOCKER-ISOLATION-STAGE-1',
    ]);
  }, 180_000);

  test('a running container is connected and disconnected', async () => {
    await out('docker network connect --ip 10.81.0.77 one far');
    expect(await reaches('far', '10.81.0.2')).toBe(true);
    expect(await out('docker exec far ip -o -4 addr show eth1')).toContain('10.81.0.77/24');
    expect(await out('docker exec far cat /etc/hosts')).toContain('10.81.0.77\t');
    await out('docker network disconnect one far');
    expect(await out('docker exec far ls /sys/class/net')).toBe('eth0\nlo\n');
  }, 180_000);
});

describe('IPv6', () => {
  test('leads to containers of one network and to published ports, not from one network to another', async () => {
    for (const [name, number] of Object.entries({ six: 83, other: 84 }))
      await out(`docker network create --ipv6 --subnet fd00:${number}::/64 ${name}`);
    await out(`docker run -d --name w6 --network six -p 8086:80 busybox ${server}`);
    await out('docker run -d --name n6 --network six busybox sleep 1000');
    await out('docker run -d --name f6 --network other busybox sleep 1000');
    const ping = (from: string) => host.run(`docker exec ${from} ping -c 1 -w 3 fd00:83::2`);
    expect((await ping('n6')).stdout).toContain('1 packets received');
    expect((await ping('f6')).stdout).toContain('0 packets received');
    expect(await out('curl -sg --max-time 20 http://[fd00:83::1]:8086/ http://[::1]:8086/')).toBe(
      'hello\nhello\n',
    );
    // The kernel translates, where the machine's own loopback has docker-proxy.
    expect(await out('ip6tables -t nat -L DOCKER -nvx')).toMatch(/\n +1 .* to:\[fd00:83::2\]:80\n/);
    await out('docker rm -f w6 n6 f6; docker network rm six other');
  }, 180_000);

  test('can be all that a network has, and the way out is the one of the highest priority', async () => {
    await out('docker network create --ipv4=false --ipv6 --subnet fd00:85::/64 only');
    await out('docker network create --subnet 10.86.0.0/24 low');
    const networks = '--network name=only,gw-priority=-1 --network low';
    await out(`docker run -d --name both ${networks} busybox sleep 1000`);
    const routes = await out('docker exec both sh -c "ip route; ip -6 route; ip -o -4 addr"');
    expect(routes).toMatch(/^default via 10\.86\.0\.1 dev eth\d/m);
    expect(routes).toMatch(/^default via fd00:85::1 dev eth\d/m);
    expect(routes.match(/inet /g)).toHaveLength(2);
    const shown = `{{range .NetworkSettings.Networks}}{{.IPAddress}},{{.GlobalIPv6Address}},{{.GwPriority}};{{end}}`;
    expect(await out(`docker inspect -f '${shown}' both`)).toBe('10.86.0.2,,0;,fd00:85::2,-1;\n');
    await out('docker rm -f both; docker network rm only low');
  }, 180_000);
});

describe('other drivers', () => {
  test('macvlan and ipvlan put containers on one wire', async () => {
    for (const driver of ['macvlan', 'ipvlan']) {
      await out(`docker network create -d ${driver} --subnet 10.82.0.0/24 wire`);
      await out(`docker run -d --name ma --network wire busybox ${server}`);
      await out('docker run -d --name mb --network wire busybox sleep 1000');
      expect(await reaches('mb', '10.82.0.2')).toBe(true);
      await out('docker rm -f ma mb; docker network rm wire');
    }
  }, 180_000);

  test('ipvlan routes between its subnets, and a VLAN comes and goes with its network', async () => {
    await out('ip link add d0 type dummy; ip link set d0 up');
    const subnets = '--subnet 10.83.0.0/24 --subnet 10.84.0.0/24';
    await out(`docker network create -d ipvlan -o ipvlan_mode=l3 -o parent=d0 ${subnets} routed`);
    await out('docker run -d --name ra --network routed --ip 10.83.0.5 busybox sleep 1000');
    const ping = 'busybox ping -c 1 -w 20';
    expect(
      await out(`docker run --rm --network routed --ip 10.84.0.5 ${ping} 10.83.0.5`),
    ).toContain(' 0% packet loss');
    await out('docker network create -d macvlan -o parent=d0.50 --subnet 10.85.0.0/24 tagged');
    expect(await out('ip -d link show d0.50')).toContain('vlan protocol 802.1Q id 50');
    await out('docker run -d --name ta --network tagged busybox sleep 1000');
    expect(await out(`docker run --rm --network tagged ${ping} 10.85.0.2`)).toContain(
      ' 0% packet loss',
    );
    await out('docker rm -f ra ta; docker network rm routed tagged');
    expect((await host.run('ip link show d0.50')).stderr).toContain('does not exist');
    await out('ip link del d0');
  }, 180_000);
});

/** What the machine has of networks now. */
function residue(): Promise<string> {
  return out(
    [
      'ip -o link | cut -d: -f2',
      'ip -o addr | tr -s " " | cut -d" " -f2-4',
      // The kernel notices within a second that nothing is on a bridge any more.
      'ip route | sed "s/ linkdown//"',
      'iptables-save | grep ^-A',
      'ls /run/docker/netns',
      // Of user space: the kernel's own threads come and go.
      'set -- $(grep -l . /proc/[0-9]*/cmdline 2> /dev/null); echo $#',
      'ss -Hltun | tr -s " " | cut -d" " -f5',
    ].join('; '),
  );
}

describe('twenty networks with forty containers', () => {
  test('leave no link, rule, route, address or process', async () => {
    await out('docker rm -f web near far; docker network prune -f');
    await out('docker run --rm busybox true');
    const before = await residue();
    await out(
      [
        'for n in $(seq 20); do docker network create n$n > /dev/null || exit 1',
        'docker run -d --name a$n --network n$n busybox sleep 1000 > /dev/null || exit 1',
        'docker run -d --name b$n --network n$n -p 9$((100 + n)):80 busybox sleep 1000 > /dev/null || exit 1; done',
      ].join('; '),
    );
    expect(await out('docker ps -q | wc -l')).toBe('40\n');
    await out('docker rm -f $(docker ps -aq) > /dev/null; docker network prune -f');
    expect(await residue()).toBe(before);
  }, 400_000);
});
