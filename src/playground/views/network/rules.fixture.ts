/** The packet filter of a machine with two bridges and a published port, as iptables-save prints it. */
import type { PacketChain, PacketRule } from '../../../api/machine-network.ts';

const saved: Readonly<Record<PacketRule['table'], readonly string[]>> = {
  nat: [
    'PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
    'OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER',
    'POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
    'POSTROUTING -s 172.18.0.0/16 ! -o br-shop -j MASQUERADE',
    'POSTROUTING -s 172.17.0.2/32 -d 172.17.0.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE',
    'DOCKER -i docker0 -j RETURN',
    'DOCKER -i br-shop -j RETURN',
    'DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80',
  ],
  filter: [
    'FORWARD -j DOCKER-USER',
    'FORWARD -j DOCKER-ISOLATION-STAGE-1',
    'FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    'FORWARD -o docker0 -j DOCKER',
    'FORWARD -i docker0 ! -o docker0 -j ACCEPT',
    'FORWARD -i docker0 -o docker0 -j ACCEPT',
    'FORWARD -o br-shop -j DOCKER',
    'FORWARD -i br-shop ! -o br-shop -j ACCEPT',
    'FORWARD -i br-shop -o br-shop -j ACCEPT',
    'DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT',
    'DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2',
    'DOCKER-ISOLATION-STAGE-1 -i br-shop ! -o br-shop -j DOCKER-ISOLATION-STAGE-2',
    'DOCKER-ISOLATION-STAGE-1 -j RETURN',
    'DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP',
    'DOCKER-ISOLATION-STAGE-2 -o br-shop -j DROP',
    'DOCKER-ISOLATION-STAGE-2 -j RETURN',
    'DOCKER-USER -j RETURN',
  ],
};
const builtIn = ['INPUT', 'FORWARD', 'OUTPUT', 'PREROUTING', 'POSTROUTING'];
const own = ['DOCKER', 'DOCKER-USER', 'DOCKER-ISOLATION-STAGE-1', 'DOCKER-ISOLATION-STAGE-2'];

export function parseRulesText(): { chains: PacketChain[]; rules: PacketRule[] } {
  const chains: PacketChain[] = [];
  const rules: PacketRule[] = [];
  for (const table of ['nat', 'filter'] as const) {
    for (const name of builtIn) chains.push({ table, name, policy: name === 'FORWARD' && table === 'filter' ? 'DROP' : 'ACCEPT' }); // prettier-ignore
    for (const name of own) chains.push({ table, name, policy: '-' });
    for (const line of saved[table]) {
      const space = line.indexOf(' ');
      rules.push({ table, chain: line.slice(0, space), text: line.slice(space + 1) });
    }
  }
  return { chains, rules };
}
