/** Steps of a path and rules as sentences. Pure. */
import { ruleTarget } from './packet-rules.ts';
import type { networkStrings } from './network.strings.ts';
import type { PathStep } from './trace-path.ts';

type Strings = (typeof networkStrings)['en'];

export function describeStep(step: PathStep, strings: Strings): string {
  const { name = '', device = '', via, chain = '' } = step;
  const place = name === 'outside' ? strings.outside : name;
  switch (step.what) {
    case 'send':
      return name === '' ? strings.machineSends : strings.send(place);
    case 'route':
      return via === undefined ? strings.routeDirect(device) : strings.routeVia(device, via);
    case 'veth':
      return strings.veth(name, device);
    case 'bridge':
      return strings.bridgeStep(device, name);
    case 'rewrite':
      return strings.rewrite(chain);
    case 'accept':
      return strings.accept(chain);
    case 'drop':
      return strings.drop(chain);
    case 'proxy':
      return strings.proxy(name);
    case 'leave':
      return strings.leave(device);
    case 'arrive':
      return strings.arrive(place);
    case 'lost':
      return strings.lost;
  }
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
  return target === '' ? '' : strings.jump(target);
}
