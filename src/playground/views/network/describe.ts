/** Steps of a path and rules: a sentence, and the names and addresses that belong to it, which are in no language. Pure. */
import { ruleTarget } from './packet-rules.ts';
import type { networkStrings } from './network.strings.ts';
import type { PathStep } from './trace-path.ts';

type Strings = (typeof networkStrings)['en'];

export function describeStep({ what }: PathStep, strings: Strings): string {
  return what === 'bridge' ? strings.bridgeStep : strings[what];
}

/** `eth0 → veth12ab34c`; empty where the sentence says all. */
export function stepNames(step: PathStep): string {
  const { what, name = '', device = '', via } = step;
  if (what === 'route') return via === undefined ? device : `${device} → ${via}`;
  if (what === 'veth') return `${name} → ${device}`;
  if (what === 'bridge') return `${device} → ${name}`;
  if (what === 'proxy') return `docker-proxy ${name}`;
  if (what === 'leave') return device;
  return step.rule ?? step.chain ?? (name === 'outside' ? '' : name);
}

/** `172.17.0.2 → 203.0.113.9:80/tcp` */
export function describePacket({ packet }: PathStep): string {
  const { source, destination, port, protocol } = packet;
  return `${source} → ${destination}:${port}/${protocol}`;
}

export function describeRule(text: string, strings: Strings): string {
  const { target, to = '' } = ruleTarget(text);
  if (target === 'MASQUERADE') return strings.masquerade;
  if (target === 'DNAT') return strings.dnat(to);
  if (target === 'RETURN') return strings.returnRule;
  if (target === 'ACCEPT') return strings.acceptRule;
  if (target === 'DROP' || target === 'REJECT') return strings.dropRule;
  return target === '' ? '' : strings.jump;
}
