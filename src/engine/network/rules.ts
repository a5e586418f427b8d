/**
 * The packet filter's rules as dockerd 20.10 sets them, in its chains and its order: pure text for iptables-restore, and
 * for ip6tables-restore as with `--ip6tables`. What a user puts into DOCKER-USER, or anywhere else, is left alone.
 */
import type { Network } from '../../network/model.ts';
import type { PublishedPort } from '../../network/network-view.ts';
import { bridgeOptions, optionFlag } from './check-options.ts';

export type AddressFamily = 'ipv4' | 'ipv6';

export interface Rule {
  readonly family: AddressFamily;
  readonly table: 'filter' | 'nat';
  /** `DOCKER -i docker0 -j RETURN` */
  readonly text: string;
  /** Before all others of the chain. */
  readonly first?: true;
}

/** Jumps that stay before everything that networks insert into FORWARD. */
const forwardJumps = {
  ipv4: ['FORWARD -j DOCKER-ISOLATION-STAGE-1', 'FORWARD -j DOCKER-USER'],
  ipv6: ['FORWARD -j DOCKER-ISOLATION-STAGE-1'],
} as const;

/** Chains and the jumps to them: what dockerd makes when it starts. */
export function baseRules(): string {
  return [
    '*filter',
    ':DOCKER - [0:0]',
    ':DOCKER-ISOLATION-STAGE-1 - [0:0]',
    ':DOCKER-ISOLATION-STAGE-2 - [0:0]',
    ':DOCKER-USER - [0:0]',
    '-A DOCKER-ISOLATION-STAGE-1 -j RETURN',
    '-A DOCKER-ISOLATION-STAGE-2 -j RETURN',
    '-A DOCKER-USER -j RETURN',
    '-A FORWARD -j DOCKER-USER',
    '-A FORWARD -j DOCKER-ISOLATION-STAGE-1',
    'COMMIT',
    '*nat',
    ':DOCKER - [0:0]',
    '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
    '-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER',
    'COMMIT',
    '',
  ].join('\n');
}

/**
 * The same for IPv6, made with the first network that has it. Forwarding is turned on only then, so nothing passes that no
 * rule lets in. docker0 has its lines although it has no IPv6.
 */
export function baseRulesV6(): string {
  return [
    '*filter',
    ':FORWARD DROP [0:0]',
    ':DOCKER - [0:0]',
    ':DOCKER-ISOLATION-STAGE-1 - [0:0]',
    ':DOCKER-ISOLATION-STAGE-2 - [0:0]',
    '-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2',
    '-A DOCKER-ISOLATION-STAGE-1 -j RETURN',
    '-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP',
    '-A DOCKER-ISOLATION-STAGE-2 -j RETURN',
    '-A FORWARD -j DOCKER-ISOLATION-STAGE-1',
    'COMMIT',
    '*nat',
    ':DOCKER - [0:0]',
    '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
    '-A OUTPUT ! -d ::1/128 -m addrtype --dst-type LOCAL -j DOCKER',
    'COMMIT',
    '',
  ].join('\n');
}

/** Empty for networks that are no bridges. */
export function networkRules(network: Network): Rule[] {
  if (network.driver !== 'bridge') return [];
  return network.pools.flatMap(({ subnet }) => subnetRules(network, subnet));
}

function subnetRules({ device, internal, options }: Network, subnet: string): Rule[] {
  const family = familyOf(subnet);
  const filter = (text: string): Rule => ({ family, table: 'filter', text, first: true });
  const nat = (text: string): Rule => ({ family, table: 'nat', text, first: true });
  const icc = optionFlag(options, bridgeOptions.icc, true);
  const among: Rule = icc
    ? filter(`FORWARD -i ${device} -o ${device} -j ACCEPT`)
    : { family, table: 'filter', text: `FORWARD -i ${device} -o ${device} -j DROP` };
  if (internal)
    return [
      among,
      filter(`DOCKER-ISOLATION-STAGE-1 ! -d ${subnet} -i ${device} -j DROP`),
      filter(`DOCKER-ISOLATION-STAGE-1 ! -s ${subnet} -o ${device} -j DROP`),
    ];
  const masquerade = optionFlag(options, bridgeOptions.masquerade, true);
  return [
    ...(masquerade
      ? [
          nat(`POSTROUTING -s ${subnet} ! -o ${device} -j MASQUERADE`),
          nat(`DOCKER -i ${device} -j RETURN`),
        ]
      : []),
    among,
    filter(`FORWARD -i ${device} ! -o ${device} -j ACCEPT`),
    filter(`FORWARD -o ${device} -j DOCKER`),
    filter(`FORWARD -o ${device} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`),
    filter(`DOCKER-ISOLATION-STAGE-1 -i ${device} ! -o ${device} -j DOCKER-ISOLATION-STAGE-2`),
    filter(`DOCKER-ISOLATION-STAGE-2 -o ${device} -j DROP`),
  ];
}

/** Empty for what docker-proxy alone serves: IPv6 to a container that has IPv4 only. */
export function portRules(port: PublishedPort, device: string): Rule[] {
  const { protocol, containerAddress: to, containerPort, hostAddress, hostPort } = port;
  const family = familyOf(to);
  if (familyOf(hostAddress) !== family) return [];
  const match = `-p ${protocol} -m ${protocol} --dport`;
  const whole = family === 'ipv6' ? 128 : 32;
  const isAny = hostAddress === '0.0.0.0' || hostAddress === '::';
  const host = isAny ? '' : ` -d ${hostAddress}/${whole}`;
  const target = family === 'ipv6' ? `[${to}]` : to;
  return [
    {
      family,
      table: 'nat',
      text: `DOCKER${host} ! -i ${device} ${match} ${hostPort} -j DNAT --to-destination ${target}:${containerPort}`,
    },
    {
      family,
      table: 'filter',
      text: `DOCKER -d ${to}/${whole} ! -i ${device} -o ${device} ${match} ${containerPort} -j ACCEPT`,
    },
    {
      family,
      table: 'nat',
      text: `POSTROUTING -s ${to}/${whole} -d ${to}/${whole} ${match} ${containerPort} -j MASQUERADE`,
    },
  ];
}

function familyOf(address: string): AddressFamily {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/** Input of `iptables-restore --noflush` that adds rules of one family, in their order. */
export function addText(rules: readonly Rule[]): string {
  return restoreText(rules, ({ text, first }) => `-${first ? 'I' : 'A'} ${text}`);
}

/** Input that takes them away again. */
export function removeText(rules: readonly Rule[]): string {
  return restoreText(rules, ({ text }) => `-D ${text}`);
}

function restoreText(rules: readonly Rule[], line: (rule: Rule) => string): string {
  const tables = (['filter', 'nat'] as const).flatMap((table) => {
    const lines = rules.filter((rule) => rule.table === table).map(line);
    if (lines.length === 0) return [];
    return [`*${table}`, ...lines, ...keepJumps(rules[0]?.family ?? 'ipv4', lines), 'COMMIT'];
  });
  return tables.length === 0 ? '' : [...tables, ''].join('\n');
}

/** Whatever is inserted into FORWARD goes after the jumps: they are made anew, as dockerd does. */
function keepJumps(family: AddressFamily, lines: readonly string[]): string[] {
  if (!lines.some((line) => line.startsWith('-I FORWARD'))) return [];
  return forwardJumps[family].flatMap((jump) => [`-D ${jump}`, `-I ${jump}`]);
}
