/**
 * The packet filter's rules as dockerd 20.10 sets them, in its chains and its order: pure text for iptables-restore.
 * What a user puts into DOCKER-USER, or anywhere else, is left alone.
 */
import { parsePrefix } from '../../lib/cidr.ts';
import type { Network } from '../../network/model.ts';
import type { PublishedPort } from '../../network/network-view.ts';
import { bridgeOptions, optionFlag } from './check-options.ts';

export interface Rule {
  readonly table: 'filter' | 'nat';
  /** `DOCKER -i docker0 -j RETURN` */
  readonly text: string;
  /** Before all others of the chain. */
  readonly first?: true;
}

/** Jumps that stay before everything that networks insert into FORWARD. */
const forwardJumps = ['FORWARD -j DOCKER-ISOLATION-STAGE-1', 'FORWARD -j DOCKER-USER'];

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

/** Empty for networks that are no bridges, and for those without IPv4. */
export function networkRules({ driver, device, pools, internal, options }: Network): Rule[] {
  const subnet = pools.find((pool) => !pool.subnet.includes(':'))?.subnet;
  if (driver !== 'bridge' || subnet === undefined) return [];
  const icc = optionFlag(options, bridgeOptions.icc, true);
  const among: Rule = icc
    ? filter(`FORWARD -i ${device} -o ${device} -j ACCEPT`)
    : { table: 'filter', text: `FORWARD -i ${device} -o ${device} -j DROP` };
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

/** Empty for IPv6, which docker-proxy alone serves. */
export function portRules(port: PublishedPort, device: string): Rule[] {
  const { protocol, containerAddress: to, containerPort, hostAddress, hostPort } = port;
  if (hostAddress.includes(':') || parsePrefix(`${to}/32`) === undefined) return [];
  const match = `-p ${protocol} -m ${protocol} --dport`;
  const host = hostAddress === '0.0.0.0' ? '' : ` -d ${hostAddress}/32`;
  return [
    {
      table: 'nat',
      text: `DOCKER${host} ! -i ${device} ${match} ${hostPort} -j DNAT --to-destination ${to}:${containerPort}`,
    },
    {
      table: 'filter',
      text: `DOCKER -d ${to}/32 ! -i ${device} -o ${device} ${match} ${containerPort} -j ACCEPT`,
    },
    {
      table: 'nat',
      text: `POSTROUTING -s ${to}/32 -d ${to}/32 ${match} ${containerPort} -j MASQUERADE`,
    },
  ];
}

/** Input of `iptables-restore --noflush` that adds rules, in their order. */
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
    return [`*${table}`, ...lines, ...keepJumps(lines), 'COMMIT'];
  });
  return tables.length === 0 ? '' : [...tables, ''].join('\n');
}

/** Whatever is inserted into FORWARD goes after the jumps: they are made anew, as dockerd does. */
function keepJumps(lines: readonly string[]): string[] {
  if (!lines.some((line) => line.startsWith('-I FORWARD'))) return [];
  return forwardJumps.flatMap((jump) => [`-D ${jump}`, `-I ${jump}`]);
}

function filter(text: string): Rule {
  return { table: 'filter', text, first: true };
}

function nat(text: string): Rule {
  return { table: 'nat', text, first: true };
}
