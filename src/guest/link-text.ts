/** Operations on interfaces, addresses and routes as commands of iproute2. */
import { replaceTable } from './nftables/table.ts';
import type { LinkOperation } from './plan.ts';

/** The words of one command. */
export function linkWords(operation: LinkOperation): string[] {
  switch (operation.op) {
    case 'linkAdd':
      return linkAddWords(operation);
    case 'linkSet':
      return linkSetWords(operation);
    case 'linkDelete':
      return ['ip', 'link', 'delete', operation.name];
    case 'addressAdd':
    case 'addressDelete': {
      const { op, link, address, prefixLength } = operation;
      const place = [`${address}/${prefixLength}`, 'dev', link];
      if (op === 'addressDelete') return ['ip', 'address', 'delete', ...place];
      return [
        'ip',
        'address',
        'add',
        ...place,
        ...(address.includes(':') ? ['nodad'] : ['broadcast', '+']),
      ];
    }
    case 'routeAdd':
    case 'routeDelete': {
      const { op, destination, gateway, link } = operation;
      const family = `${gateway ?? ''}${destination}`.includes(':') ? ['-6'] : [];
      const verb = op === 'routeAdd' ? 'replace' : 'delete';
      const via = gateway === undefined ? [] : ['via', gateway];
      const dev = link === undefined ? [] : ['dev', link];
      return ['ip', ...family, 'route', verb, destination, ...via, ...dev];
    }
    case 'packetFilter':
      return ['nft', replaceTable(operation.table)];
  }
}

function linkAddWords(operation: Extract<LinkOperation, { op: 'linkAdd' }>): string[] {
  const { name, kind, peer, parent, mode, id, mac, mtu } = operation;
  return [
    'ip',
    'link',
    'add',
    ...option('link', parent),
    name,
    ...option('address', mac),
    ...option('mtu', mtu),
    'type',
    kind,
    ...(peer === undefined ? [] : ['peer', 'name', peer]),
    ...option('mode', mode),
    ...option('id', id),
  ];
}

function linkSetWords(operation: Extract<LinkOperation, { op: 'linkSet' }>): string[] {
  const { name, newName, master, netns, mac, mtu, up } = operation;
  return [
    'ip',
    'link',
    'set',
    'dev',
    name,
    ...option('netns', netns),
    ...option('name', newName),
    ...option('master', master),
    ...option('address', mac),
    ...option('mtu', mtu),
    ...(up === undefined ? [] : [up ? 'up' : 'down']),
  ];
}

function option(word: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [word, String(value)];
}
