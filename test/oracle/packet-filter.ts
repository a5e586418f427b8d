/**
 * The rules that networks and published ports put into the kernel's packet filter, situation by situation: what a
 * learner sees with `iptables -S` on a Docker host.
 */
import { readFile, writeFile } from 'node:fs/promises';

export interface Situation {
  readonly name: string;
  /** Command lines that lead to it. */
  readonly lines: readonly string[];
  /** The rules of ip6tables, which dockerd 20.10 makes with `--ip6tables` and Docker 28 without. */
  readonly ipv6?: true;
}

/** Rules and policies, table by table, in their order. */
export type Rules = Readonly<Record<string, readonly string[]>>;

const bridge = 'com.docker.network.bridge.';
const web = 'docker run -d --name web';

export const situations: readonly Situation[] = [
  { name: 'no container', lines: [] },
  { name: 'a published port', lines: [`${web} -p 8080:80 busybox sleep 1000`] },
  { name: 'a port of one address', lines: [`${web} -p 127.0.0.1:8081:81 busybox sleep 1000`] },
  { name: 'a UDP port', lines: [`${web} -p 5353:53/udp busybox sleep 1000`] },
  { name: 'a network', lines: ['docker network create --subnet 10.90.0.0/24 na'] },
  {
    name: 'a network with a published port, and another',
    lines: [
      'docker network create --subnet 10.90.0.0/24 na',
      'docker network create --subnet 10.91.0.0/24 nb',
      `${web} --network na -p 8080:80 busybox sleep 1000`,
    ],
  },
  {
    name: 'an internal network',
    lines: ['docker network create --internal --subnet 10.90.0.0/24 na'],
  },
  {
    name: 'a network whose containers do not talk to each other',
    lines: [`docker network create -o ${bridge}enable_icc=false --subnet 10.90.0.0/24 na`],
  },
  {
    name: 'a network without masquerading',
    lines: [
      `docker network create -o ${bridge}enable_ip_masquerade=false --subnet 10.90.0.0/24 na`,
    ],
  },
  {
    name: 'an IPv6 network with a published port, and an internal one',
    lines: [
      'docker network create --ipv6 --subnet fd00:90::/64 na',
      `${web} --network na -p 8080:80 -p 127.0.0.1:8081:82 busybox sleep 1000`,
      'docker network create --ipv6 --internal --subnet fd00:91::/64 nb',
    ],
    ipv6: true,
  },
  {
    name: 'IPv6 networks without masquerading, and without talk among containers',
    lines: [
      `docker network create --ipv6 -o ${bridge}enable_ip_masquerade=false --subnet fd00:90::/64 na`,
      `docker network create --ipv6 -o ${bridge}enable_icc=false --subnet fd00:91::/64 nb`,
    ],
    ipv6: true,
  },
];

/** Ends every situation. */
export const undoLines: readonly string[] = [
  'docker rm -f $(docker ps -aq) > /dev/null 2>&1 || true',
  'docker network prune -f > /dev/null',
];

const file = new URL('../golden/engine-packet-filter.json', import.meta.url);

export async function readRules(): Promise<Readonly<Record<string, Rules>>> {
  return JSON.parse(await readFile(file, 'utf8')) as Readonly<Record<string, Rules>>;
}

export async function writeRules(rules: Readonly<Record<string, Rules>>): Promise<void> {
  await writeFile(file, `${JSON.stringify(rules, undefined, 1)}\n`);
}

/** `run` plays a command line and gives its standard output, or rejects. */
export async function playSituation(
  { lines, ipv6 }: Situation,
  run: (line: string) => Promise<string>,
): Promise<Rules> {
  for (const line of lines) await run(line);
  const rules = normaliseRules(await run(ipv6 ? 'ip6tables-save' : 'iptables-save'));
  for (const line of undoLines) await run(line);
  return rules;
}

/** Without counters, comments and the IDs of bridges; built-in chains as far as they say something. */
export function normaliseRules(text: string): Rules {
  const tables: Record<string, string[]> = {};
  let table: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) tables[line.slice(1)] = table = [];
    if (!/^(-A|:)/.test(line) || /^:\w+ ACCEPT/.test(line)) continue;
    table.push(line.replace(/ \[\d+:\d+\]$/, '').replaceAll(/\bbr-[0-9a-f]{12}\b/g, 'br-<id>'));
  }
  // Chains are listed by name here, by age there.
  const chain = (line: string): boolean => line.startsWith(':');
  return Object.fromEntries(
    Object.entries(tables).flatMap(([name, lines]) =>
      lines.length === 0
        ? []
        : [
            [
              name,
              [...lines.filter(chain).toSorted(), ...byChain(lines.filter((line) => !chain(line)))],
            ],
          ],
    ),
  );
}

/** Only the order within a chain says something. */
function byChain(rules: readonly string[]): string[] {
  const chainOf = (rule: string): string => rule.split(' ')[1] ?? '';
  return [...new Set(rules.map(chainOf))]
    .toSorted()
    .flatMap((name) => rules.filter((rule) => chainOf(rule) === name));
}
