/** `--network name` and `--network name=net,alias=web,ip=10.0.0.2`, and the endpoints they make. */
import type { EndpointSettings } from '../../api/network.ts';
import type { ParsedFlags } from '../flags/parsed-flags.ts';
import { cut } from '../flags/flag-spec.ts';
import { parseCsvLine } from '../../lib/csv.ts';
import { parseDecimal } from '../../lib/go-numbers.ts';
import { goQuote } from '../../lib/go-quote.ts';

export interface NetworkSpec {
  target: string;
  aliases: readonly string[];
  links: readonly string[];
  linkLocalIps: readonly string[];
  driverOptions?: Readonly<Record<string, string>>;
  ip: string;
  ip6: string;
  macAddress: string;
  gatewayPriority: number;
}

export function parseNetworkSpec(text: string): NetworkSpec {
  const spec: NetworkSpec = {
    target: text,
    aliases: [],
    links: [],
    linkLocalIps: [],
    ip: '',
    ip6: '',
    macAddress: '',
    gatewayPriority: 0,
  };
  if (!/\w+=\w+(,\w+=\w+)*/.test(text)) return spec;
  spec.target = '';
  for (const field of parseCsvLine(text)) applyField(spec, field);
  if (spec.target === '') throw new Error('network name/id is not specified');
  return spec;
}

function applyField(spec: NetworkSpec, field: string): void {
  const [name, text] = cut(field.toLowerCase(), '=');
  if (text === undefined || name === '') throw new Error(`invalid field ${field}`);
  const key = name.trim();
  const value = text.trim();
  switch (key) {
    case 'name':
      spec.target = value;
      return;
    case 'alias':
      spec.aliases = [...spec.aliases, value];
      return;
    case 'ip':
      spec.ip = value;
      return;
    case 'ip6':
      spec.ip6 = value;
      return;
    case 'mac-address':
      spec.macAddress = value;
      return;
    case 'link-local-ip':
      spec.linkLocalIps = [...spec.linkLocalIps, value];
      return;
    case 'driver-opt': {
      const [option, setting] = cut(value, '=');
      if (setting === undefined || option === '') {
        throw new Error('invalid key value pair format in driver options');
      }
      spec.driverOptions = { ...spec.driverOptions, [option.trim()]: setting.trim() };
      return;
    }
    case 'gw-priority': {
      const priority = parseDecimal(value);
      if (priority === undefined) {
        throw new Error(`invalid gw-priority (${value}): invalid syntax`);
      }
      spec.gatewayPriority = priority;
      return;
    }
    default:
      throw new Error(`invalid field key ${key}`);
  }
}

/** The mode the host configuration names: the first network, or `default`. */
export function networkMode(specs: readonly NetworkSpec[]): string {
  return specs[0]?.target ?? 'default';
}

/** Endpoint settings per network; throws where flags contradict each other. */
export function endpointsOf(flags: ParsedFlags): Record<string, EndpointSettings> {
  const specs = flags.values<NetworkSpec>('network');
  const endpoints: Record<string, EndpointSettings> = {};
  if (specs.length === 0) {
    const spec = withFlags(parseNetworkSpec('default'), flags);
    return { default: endpointOf(spec) };
  }
  for (const [index, given] of specs.entries()) {
    const spec = index === 0 ? withFlags(given, flags) : given;
    const endpoint = endpointOf(spec);
    if (Object.hasOwn(endpoints, spec.target)) {
      throw new Error(`network ${goQuote(spec.target)} is specified multiple times`);
    }
    // A lone network without settings is left to the engine, as older ones expect.
    if (specs.length === 1 && Object.keys(endpoint).length === 0) continue;
    endpoints[spec.target] = endpoint;
  }
  const kinds = new Set(specs.map((spec) => isUserDefined(spec.target)));
  if (kinds.size > 1) {
    throw new Error(
      'conflicting options: cannot attach both user-defined and non-user-defined network-modes',
    );
  }
  return endpoints;
}

/** The first network also takes what `--network-alias`, `--ip` and their like say. */
function withFlags(spec: NetworkSpec, flags: ParsedFlags): NetworkSpec {
  const conflict = (flag: string, what: string) => {
    throw new Error(`conflicting options: cannot specify both --${flag} and per-network ${what}`);
  };
  const aliases = flags.list('network-alias');
  const links = flags.list('link');
  const linkLocalIps = flags.list('link-local-ip');
  const ip = flags.string('ip');
  const ip6 = flags.string('ip6');
  const macAddress = flags.string('mac-address');
  if (spec.aliases.length > 0 && aliases.length > 0) conflict('network-alias', 'alias');
  if (spec.ip !== '' && ip !== '') conflict('ip', 'IPv4 address');
  if (spec.ip6 !== '' && ip6 !== '') conflict('ip6', 'IPv6 address');
  if (spec.macAddress !== '' && macAddress !== '') conflict('mac-address', 'MAC address');
  if (spec.linkLocalIps.length > 0 && linkLocalIps.length > 0) {
    conflict('link-local-ip', 'link-local IP addresses');
  }
  return {
    ...spec,
    aliases: aliases.length > 0 ? aliases : spec.aliases,
    // On the default bridge a link is the host configuration's.
    links: isUserDefined(spec.target) && links.length > 0 ? links : spec.links,
    linkLocalIps: linkLocalIps.length > 0 ? linkLocalIps : spec.linkLocalIps,
    ip: ip === '' ? spec.ip : ip,
    ip6: ip6 === '' ? spec.ip6 : ip6,
    macAddress: macAddress === '' ? spec.macAddress : macAddress,
  };
}

function endpointOf(spec: NetworkSpec): EndpointSettings {
  if (spec.target.trim() === '') throw new Error('no name set for network');
  if (!isUserDefined(spec.target)) {
    if (spec.aliases.length > 0) {
      throw new Error('network-scoped aliases are only supported for user-defined networks');
    }
    if (spec.links.length > 0) {
      throw new Error('links are only supported for user-defined networks');
    }
  }
  if (spec.macAddress !== '') checkMacAddress(spec.macAddress);
  const hasAddress = spec.ip !== '' || spec.ip6 !== '' || spec.linkLocalIps.length > 0;
  return {
    ...(spec.aliases.length > 0 ? { Aliases: spec.aliases } : {}),
    ...(spec.links.length > 0 ? { Links: spec.links } : {}),
    ...(spec.driverOptions === undefined ? {} : { DriverOpts: spec.driverOptions }),
    ...(spec.gatewayPriority === 0 ? {} : { GwPriority: spec.gatewayPriority }),
    ...(spec.macAddress === '' ? {} : { MacAddress: spec.macAddress }),
    ...(hasAddress
      ? {
          IPAMConfig: {
            ...(spec.ip === '' ? {} : { IPv4Address: spec.ip }),
            ...(spec.ip6 === '' ? {} : { IPv6Address: spec.ip6 }),
            ...(spec.linkLocalIps.length > 0 ? { LinkLocalIPs: spec.linkLocalIps } : {}),
          },
        }
      : {}),
  };
}

export function checkMacAddress(text: string): void {
  const valid =
    /^([0-9a-fA-F]{2}([:-])([0-9a-fA-F]{2}\2){4}[0-9a-fA-F]{2}|([0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4})$/;
  if (!valid.test(text.trim())) throw new Error(`${text} is not a valid mac address`);
}

export function isUserDefined(mode: string): boolean {
  return !(
    ['default', 'bridge', 'host', 'none'].includes(mode) ||
    mode === 'container' ||
    mode.startsWith('container:')
  );
}
