/** What the way out allows: rules as the site's owner writes them, read from JSON, environment and flags. */
import { parseAddress, parsePrefix, type Prefix } from '../lib/cidr.ts';
import { KindError } from '../lib/errors.ts';

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Destinations: by name (`example.org`, `*.example.org`, `*`) or by address. */
export type EgressRule =
  | { readonly kind: 'name'; readonly pattern: string; readonly ports: readonly PortRange[] }
  | { readonly kind: 'prefix'; readonly prefix: Prefix; readonly ports: readonly PortRange[] };

export interface EgressLimits {
  /** Connections at once. */
  readonly connectionsPerClientMax: number;
  readonly connectionsMax: number;
  /** Both directions of a client together, in an hour. */
  readonly bytesPerClientHourMax: number;
  /** Both directions of a client together. */
  readonly bytesPerSecondMax: number;
  readonly connectMs: number;
  /** A connection silent for so long is closed. */
  readonly idleMs: number;
  /** The same of UDP, which has no other end. */
  readonly datagramIdleMs: number;
}

export interface EgressConfig {
  readonly rules: readonly EgressRule[];
  /** Names, allowed by a rule too, that may have an address that is not public. For test servers. */
  readonly privateNames: readonly string[];
  /** What a client must know; absent, nothing. */
  readonly token?: string;
  readonly limits: EgressLimits;
}

export const defaultEgressLimits: EgressLimits = {
  connectionsPerClientMax: 256,
  connectionsMax: 1024,
  bytesPerClientHourMax: 4 * 1024 ** 3,
  bytesPerSecondMax: 32 * 1024 ** 2,
  connectMs: 15_000,
  idleMs: 10 * 60_000,
  datagramIdleMs: 60_000,
};

const portsDefault: readonly PortRange[] = [80, 443].map((port) => ({ first: port, last: port }));
const namePattern =
  /^(\*|(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*)$/;

type Json = Readonly<Record<string, unknown>>;

/** `*.debian.org:80,443`, `192.0.2.0/24:8000-8100`, `[2001:db8::1]:443`; without ports 80 and 443. Throws with the reason. */
export function parseEgressRule(text: string): EgressRule {
  const match = /^(?:\[([^\]]+)\]|([^:\s]+))(?::([\d,-]+))?$/.exec(text.trim().toLowerCase());
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) throw invalid(`"${text}" is no rule: expected HOST[:PORTS]`);
  const ports =
    match?.[3] === undefined
      ? portsDefault
      : match[3].split(',').map((part) => parsePorts(part, text));
  const address = parseAddress(host);
  const prefix = address === undefined ? parsePrefix(host) : { ...address, length: address.bits };
  if (prefix !== undefined) return { kind: 'prefix', prefix, ports };
  if (/^[\d./]+$/.test(host) || !namePattern.test(host))
    throw invalid(
      `"${text}" is no rule: "${host}" is neither a name, nor an address, nor a prefix`,
    );
  return { kind: 'name', pattern: host, ports };
}

/** Undefined when the configuration has no way out: then it is off. */
export function parseEgressConfig(
  value: unknown,
  environment: Readonly<Record<string, string | undefined>> = {},
): EgressConfig | undefined {
  if (value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value)))
    throw invalid('egress must be an object');
  const file: Json = { ...value };
  checkKeys(file, ['allow', 'allowPrivate', 'token', 'tokenVariable', 'limits'], 'egress');
  const variable = environment['BOTTLESHIP_PROXY_EGRESS'];
  const privateVariable = environment['BOTTLESHIP_PROXY_EGRESS_PRIVATE'];
  const allow = variable === undefined ? texts(file['allow'], 'allow') : words(variable);
  if (allow.length === 0) return undefined;
  const token = tokenOf(file, environment);
  return {
    rules: allow.map(parseEgressRule),
    privateNames: (privateVariable === undefined
      ? texts(file['allowPrivate'], 'allowPrivate')
      : words(privateVariable)
    ).map((name) => name.toLowerCase()),
    ...(token === undefined ? {} : { token }),
    limits: parseLimits(file['limits']),
  };
}

function tokenOf(
  file: Json,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const own = environment['BOTTLESHIP_PROXY_EGRESS_TOKEN'];
  if (own !== undefined && own !== '') return own;
  const name = file['tokenVariable'];
  const token = name === undefined ? file['token'] : environment[String(name)];
  if (token === undefined && name === undefined) return undefined;
  if (typeof token !== 'string' || token === '') throw invalid('egress.token must be a text');
  return token;
}

function parsePorts(part: string, rule: string): PortRange {
  const [first = '', last = first, ...rest] = part.split('-');
  const range = { first: Number(first), last: Number(last) };
  const valid = first !== '' && last !== '' && rest.length === 0 && range.first >= 1;
  if (!valid || range.last < range.first || range.last > 65_535)
    throw invalid(`"${rule}" is no rule: "${part}" is no port or range of ports`);
  return range;
}

function parseLimits(value: unknown): EgressLimits {
  const file: Json = typeof value === 'object' && value !== null ? { ...value } : {};
  checkKeys(file, Object.keys(defaultEgressLimits), 'egress.limits');
  const limits = { ...defaultEgressLimits };
  for (const key of Object.keys(limits) as (keyof EgressLimits)[]) {
    const limit = file[key] ?? limits[key];
    if (typeof limit !== 'number' || !Number.isSafeInteger(limit) || limit < 1)
      throw invalid(`egress.limits.${key} must be a positive whole number`);
    Object.assign(limits, { [key]: limit });
  }
  return limits;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function texts(value: unknown, name: string): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw invalid(`egress.${name} must be a list of texts`);
  return [...value] as string[];
}

function checkKeys(file: Json, known: readonly string[], where: string): void {
  const unknown = Object.keys(file).find((key) => !known.includes(key));
  if (unknown !== undefined) throw invalid(`unknown field "${unknown}" in ${where}`);
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', `Cannot configure the way out: ${message}`);
}
