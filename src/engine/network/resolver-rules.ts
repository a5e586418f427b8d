/**
 * The rules in a container's network namespace that lead its name queries to the name service, as libnetwork makes
 * them: the service listens on ports that are free, so that port 53 is the container's own.
 */

/** Where every container on a user-defined network finds its name service. */
export const resolverAddress = '127.0.0.11';

export interface ResolverPorts {
  readonly udp: number;
  readonly tcp: number;
}

const host = `${resolverAddress}/32`;

/** Input of `iptables-restore --noflush`, in a namespace without rules. */
export function resolverRules(ports: ResolverPorts): string {
  return rulesText(ports, [
    `-A OUTPUT -d ${host} -j DOCKER_OUTPUT`,
    `-A POSTROUTING -d ${host} -j DOCKER_POSTROUTING`,
  ]);
}

/** The same for a namespace that has the rules with other ports: a chain that is named is emptied first. */
export function movedResolverRules(ports: ResolverPorts): string {
  return rulesText(ports, []);
}

function rulesText({ udp, tcp }: ResolverPorts, jumps: readonly string[]): string {
  const out = (protocol: string, port: number): string =>
    `-A DOCKER_OUTPUT -d ${host} -p ${protocol} -m ${protocol} --dport 53 -j DNAT --to-destination ${resolverAddress}:${port}`;
  const back = (protocol: string, port: number): string =>
    `-A DOCKER_POSTROUTING -s ${host} -p ${protocol} -m ${protocol} --sport ${port} -j SNAT --to-source :53`;
  return [
    '*nat',
    ':DOCKER_OUTPUT - [0:0]',
    ':DOCKER_POSTROUTING - [0:0]',
    ...jumps,
    out('tcp', tcp),
    out('udp', udp),
    back('tcp', tcp),
    back('udp', udp),
    'COMMIT',
    '',
  ].join('\n');
}
