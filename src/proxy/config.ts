/** What the proxy serves to whom, and how much of it. Read from JSON and environment variables; see README.md. */
import { KindError } from '../lib/errors.ts';
import { parseEgressConfig, type EgressConfig } from './egress-config.ts';

export interface RegistryConfig {
  /** As it stands in the path: `registry-1.docker.io`, `localhost:5000`. */
  readonly host: string;
  /** Where its API is; no path, no trailing slash: `https://ghcr.io`. */
  readonly url: string;
  /** Plain HTTP is allowed for it, its redirects and its token server. */
  readonly isInsecure: boolean;
  /** Host names (without port) that may be on private addresses when this registry is asked for. */
  readonly privateHosts: readonly string[];
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Whether pages may push to it, with these credentials. */
  readonly isWritable?: boolean;
  /** Where it is searched: the URL in front of `?q=…`; absent when it cannot be. */
  readonly searchUrl?: string;
}

export interface ProxyLimits {
  readonly manifestBytesMax: number;
  readonly blobBytesMax: number;
  /** One piece of a blob that is pushed: held in memory. */
  readonly pushBytesMax: number;
  /** Until the upstream has begun to answer, redirects and token included. */
  readonly firstByteMs: number;
  /** A connection silent for so long is broken. */
  readonly idleMs: number;
  readonly totalMs: number;
  readonly redirectsMax: number;
  /** Requests at once. */
  readonly requestsPerClientMax: number;
  readonly requestsMax: number;
}

export interface ProxyConfig {
  readonly registries: readonly RegistryConfig[];
  /** Origins of other sites whose pages may use the proxy. The proxy's own origin needs no entry. */
  readonly origins: readonly string[];
  /** Host names (without port) the proxy answers to; empty for any. Guards against DNS rebinding of itself. */
  readonly hosts: readonly string[];
  /** Take the client's address from the last X-Forwarded-For entry: only behind a reverse proxy that sets it. */
  readonly trustForwardedFor: boolean;
  readonly limits: ProxyLimits;
  /** The way out for containers; absent, there is none. */
  readonly egress?: EgressConfig;
}

export const defaultLimits: ProxyLimits = {
  manifestBytesMax: 4 * 1024 ** 2,
  blobBytesMax: 10 * 1024 ** 3,
  pushBytesMax: 8 * 1024 ** 2,
  firstByteMs: 30_000,
  idleMs: 60_000,
  totalMs: 60 * 60_000,
  redirectsMax: 5,
  // A pull downloads three layers at once; a page may run some pulls.
  requestsPerClientMax: 16,
  requestsMax: 256,
};

export const defaultRegistries: readonly RegistryConfig[] = [
  'registry-1.docker.io',
  'ghcr.io',
  'quay.io',
].map((host) => ({
  host,
  url: `https://${host}`,
  isInsecure: false,
  privateHosts: [],
  ...(host === 'registry-1.docker.io' ? { searchUrl: 'https://index.docker.io/v1/search' } : {}),
}));

export type Environment = Readonly<Record<string, string | undefined>>;

type Json = Readonly<Record<string, unknown>>;

/**
 * The configuration of a file's JSON (`{}` for none) and of `BOTTLESHIP_PROXY_…` variables, which win.
 * Rejects `invalidParameter` and names the field: a typo must not open or close anything silently.
 */
export function parseProxyConfig(json: unknown, environment: Environment = {}): ProxyConfig {
  const file = asObject(json, 'configuration');
  checkKeys(
    file,
    [
      'registries',
      'defaultRegistries',
      'origins',
      'hosts',
      'trustForwardedFor',
      'limits',
      'egress',
    ],
    '',
  );
  const own = asArray(file['registries'], 'registries').map((entry, index) =>
    parseRegistry(asObject(entry, `registries[${index}]`), {
      where: `registries[${index}]`,
      environment,
    }),
  );
  const added = list(environment['BOTTLESHIP_PROXY_REGISTRIES']).map(parseRegistryText);
  const configured = [...own, ...added];
  const kept = asBoolean(file['defaultRegistries'], 'defaultRegistries', true)
    ? defaultRegistries
    : [];
  const originsText = environment['BOTTLESHIP_PROXY_ORIGINS'];
  const hostsText = environment['BOTTLESHIP_PROXY_HOSTS'];
  return {
    registries: [
      ...configured,
      ...kept.filter(({ host }) => !configured.some((registry) => registry.host === host)),
    ],
    origins: (originsText === undefined
      ? strings(file['origins'], 'origins')
      : list(originsText)
    ).map(parseOrigin),
    hosts: hostsText === undefined ? strings(file['hosts'], 'hosts') : list(hostsText),
    trustForwardedFor:
      environment['BOTTLESHIP_PROXY_TRUST_FORWARDED_FOR'] === '1' ||
      asBoolean(file['trustForwardedFor'], 'trustForwardedFor', false),
    limits: parseLimits(asObject(file['limits'] ?? {}, 'limits')),
    ...egressOf(file['egress'], environment),
  };
}

function egressOf(value: unknown, environment: Environment): { egress?: EgressConfig } {
  const egress = parseEgressConfig(value, environment);
  return egress === undefined ? {} : { egress };
}

function parseRegistry(
  entry: Json,
  { where, environment }: { where: string; environment: Environment },
): RegistryConfig {
  checkKeys(
    entry,
    ['host', 'url', 'insecure', 'private', 'privateHosts', 'credentials', 'push', 'search'],
    where,
  );
  const host = asString(entry['host'], `${where}.host`);
  const url =
    entry['url'] === undefined ? `https://${host}` : asString(entry['url'], `${where}.url`);
  const isPrivate = asBoolean(entry['private'], `${where}.private`, false);
  const credentials = parseCredentials(entry['credentials'], {
    where: `${where}.credentials`,
    environment,
  });
  return checkRegistry(
    {
      host,
      url,
      isInsecure: asBoolean(entry['insecure'], `${where}.insecure`, false),
      ...(asBoolean(entry['push'], `${where}.push`, false) ? { isWritable: true } : {}),
      ...searchOf(entry['search'], `${where}.search`),
      privateHosts: [
        ...(isPrivate ? [hostNameOf(url)] : []),
        ...strings(entry['privateHosts'], `${where}.privateHosts`),
      ],
      ...(credentials === undefined ? {} : { credentials }),
    },
    where,
  );
}

/** `search` is the URL of a search in the form of the registries' first API. */
function searchOf(value: unknown, where: string): { searchUrl?: string } {
  if (value === undefined) return {};
  const searchUrl = asString(value, where);
  const url = URL.canParse(searchUrl) ? new URL(searchUrl) : undefined;
  if (url === undefined || url.search !== '' || url.username !== '')
    throw invalid(`${where}: invalid url "${searchUrl}"`);
  return { searchUrl };
}

/** `localhost:5000=http://127.0.0.1:5000;private;insecure` */
function parseRegistryText(text: string): RegistryConfig {
  const [address = '', ...flags] = text.split(';').map((part) => part.trim());
  const [host = '', url = `https://${host}`] = address.split('=');
  const unknown = flags.find((flag) => !['private', 'insecure', 'push'].includes(flag));
  if (unknown !== undefined)
    throw invalid(`unknown flag "${unknown}" in BOTTLESHIP_PROXY_REGISTRIES`);
  return checkRegistry(
    {
      host,
      url,
      isInsecure: flags.includes('insecure'),
      ...(flags.includes('push') ? { isWritable: true } : {}),
      privateHosts: flags.includes('private') ? [hostNameOf(url)] : [],
    },
    'BOTTLESHIP_PROXY_REGISTRIES',
  );
}

function checkRegistry(registry: RegistryConfig, where: string): RegistryConfig {
  const { host, url, isInsecure } = registry;
  if (!/^[a-z0-9.-]+(:\d+)?$/.test(host)) throw invalid(`${where}: invalid host "${host}"`);
  if (!URL.canParse(url)) throw invalid(`${where}: invalid url "${url}"`);
  const { protocol, pathname, search, username, origin } = new URL(url);
  if (pathname !== '/' || search !== '' || username !== '') {
    throw invalid(`${where}: url "${url}" must be scheme, host and port only`);
  }
  if (protocol !== 'https:' && !(protocol === 'http:' && isInsecure)) {
    throw invalid(`${where}: url "${url}" must be https, or http with "insecure"`);
  }
  return { ...registry, url: origin };
}

/** A password comes from the file or, better, from the variable that `passwordVariable` names. */
function parseCredentials(
  value: unknown,
  { where, environment }: { where: string; environment: Environment },
): RegistryConfig['credentials'] {
  if (value === undefined) return undefined;
  const entry = asObject(value, where);
  checkKeys(entry, ['username', 'password', 'passwordVariable'], where);
  const variable = entry['passwordVariable'];
  const password =
    variable === undefined
      ? entry['password']
      : environment[asString(variable, `${where}.passwordVariable`)];
  return {
    username: asString(entry['username'], `${where}.username`),
    password: asString(password, `${where}.password`),
  };
}

function parseLimits(entry: Json): ProxyLimits {
  checkKeys(entry, Object.keys(defaultLimits), 'limits');
  const limits = { ...defaultLimits };
  for (const key of Object.keys(defaultLimits) as (keyof ProxyLimits)[]) {
    const value = entry[key] ?? defaultLimits[key];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
      throw invalid(`limits.${key} must be a positive whole number`);
    }
    Object.assign(limits, { [key]: value });
  }
  return limits;
}

function parseOrigin(text: string): string {
  if (!URL.canParse(text) || new URL(text).origin !== text) {
    throw invalid(`origins: "${text}" is no origin: scheme, host and port without a slash`);
  }
  return text;
}

function hostNameOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function checkKeys(entry: Json, known: readonly string[], where: string): void {
  const unknown = Object.keys(entry).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw invalid(`unknown field "${unknown}"${where === '' ? '' : ` in ${where}`}`);
}

function asObject(value: unknown, where: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`${where} must be an object`);
  }
  return { ...value };
}

function asArray(value: unknown, where: string): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalid(`${where} must be a list`);
  return value;
}

function asString(value: unknown, where: string): string {
  if (typeof value !== 'string' || value === '') throw invalid(`${where} must be a text`);
  return value;
}

function asBoolean(value: unknown, where: string, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') throw invalid(`${where} must be true or false`);
  return value;
}

function strings(value: unknown, where: string): string[] {
  return asArray(value, where).map((item, index) => asString(item, `${where}[${index}]`));
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', `Cannot configure the registry proxy: ${message}`);
}
