/** The options of `bottleship serve`, worded and read as dockerd's where it has the same. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { IdMapping } from '../../guest/id-mapping.ts';
import { parseSize } from '../../lib/parse-size.ts';
import { parseEgressConfig, type EgressConfig } from '../../proxy/egress-config.ts';
import { memorySizeBytesDefault } from '../node-host.ts';
import { parseUsernsRemap } from './userns-remap.ts';
import { parseListenAddress, type ListenAddress } from './listen-address.ts';

export interface ServeOptions {
  readonly hosts: readonly ListenAddress[];
  /** Of a remapped engine, a folder of its own in the one that was named. */
  readonly dataRoot: string;
  readonly ids?: IdMapping;
  readonly memorySizeBytes: number;
  /** Origin of a registry proxy; absent, registries are asked directly. */
  readonly registryProxy?: string;
  readonly registryMirrors: readonly string[];
  readonly insecureRegistries: readonly string[];
  readonly allowRemote: boolean;
  /** Where containers may connect to; absent, nowhere. */
  readonly egress?: EgressConfig;
  /** Forward published ports from loopback. */
  readonly publish: boolean;
}

/** What the user typed is wrong: the message is all there is to say. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const serveHelp = `Usage:  bottleship serve [OPTIONS]

Boot a machine and serve the Docker Engine API of the engine that drives it

Options:
      --allow-remote                Serve TCP beyond loopback, unencrypted and without authentication
      --data-root string            Folder of images, volumes and containers (default "${dataRootDefault()}")
      --egress list                 Destinations that containers may connect to: HOST[:PORTS]
      --egress-private list         Hosts of those that may have a private address
      --help                        Print usage
  -H, --host list                   Socket(s) to serve: unix:///path or tcp://127.0.0.1:2375 (default "unix://${socketDefault(dataRootDefault())}")
      --insecure-registry list      Registries to speak HTTP with (127.0.0.0/8 always)
  -m, --memory bytes                Memory of the machine (default ${memorySizeBytesDefault / 1024 ** 2}m)
      --publish                     Forward the ports that containers publish from this host's loopback
      --registry-mirror list        Mirrors of Docker Hub to ask first
      --registry-proxy string       Ask this registry proxy instead of the registries
      --userns-remap string         User/Group setting for user namespaces: default or USER[:GROUP]
`;

/** SeaBIOS keeps 16 MiB; below this the kernel, the agent and one container do not fit. */
const memorySizeBytesMin = 128 * 1024 * 1024;
/** v86 addresses 32 bits, and devices have the upper quarter. */
const memorySizeBytesMax = 3 * 1024 * 1024 * 1024;

/** Undefined when help was asked for. Throws UsageError. */
export function parseServeOptions(argv: readonly string[]): ServeOptions | undefined {
  const values = parseFlags(argv);
  if (values.help === true) return undefined;
  const dataRoot = resolve(values['data-root'] ?? dataRootDefault());
  const hosts = values.host ?? [`unix://${socketDefault(dataRoot)}`];
  const proxy = values['registry-proxy'];
  const egress = parseEgress(values.egress, values['egress-private']);
  const remap = values['userns-remap'];
  const remapped =
    remap === undefined
      ? undefined
      : parsed('userns-remap', remap, (text) => parseUsernsRemap(text));
  return {
    hosts: hosts.map((host) => parsed('host', host, parseListenAddress)),
    // As dockerd: whoever the files belong to, they are not another mapping's.
    ...(remapped === undefined
      ? { dataRoot }
      : { dataRoot: join(dataRoot, remapped.folder), ids: remapped.ids }),
    memorySizeBytes: parseMemory(values.memory),
    registryMirrors: (values['registry-mirror'] ?? []).map((url) =>
      parsed('registry-mirror', url, parseHttpUrl),
    ),
    insecureRegistries: values['insecure-registry'] ?? [],
    allowRemote: values['allow-remote'] ?? false,
    ...(egress === undefined ? {} : { egress }),
    publish: values.publish ?? false,
    ...(proxy === undefined
      ? {}
      : { registryProxy: parsed('registry-proxy', proxy, parseHttpUrl) }),
  };
}

/** As the proxy's configuration says it; its variables count here too. */
function parseEgress(
  rules: readonly string[] | undefined,
  privateNames: readonly string[] | undefined,
): EgressConfig | undefined {
  try {
    return parseEgressConfig(undefined, {
      ...process.env,
      ...(rules === undefined ? {} : { BOTTLESHIP_PROXY_EGRESS: rules.join(' ') }),
      ...(privateNames === undefined
        ? {}
        : { BOTTLESHIP_PROXY_EGRESS_PRIVATE: privateNames.join(' ') }),
    });
  } catch (error) {
    throw new UsageError(`invalid argument for "--egress": ${(error as Error).message}`);
  }
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        host: { type: 'string', short: 'H', multiple: true },
        'data-root': { type: 'string' },
        memory: { type: 'string', short: 'm' },
        'registry-proxy': { type: 'string' },
        'registry-mirror': { type: 'string', multiple: true },
        'insecure-registry': { type: 'string', multiple: true },
        'allow-remote': { type: 'boolean' },
        egress: { type: 'string', multiple: true },
        'egress-private': { type: 'string', multiple: true },
        publish: { type: 'boolean' },
        'userns-remap': { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    const [first = ''] = (error as Error).message.split('. ');
    const unknown = /^Unknown option '(.*)'/.exec(first)?.[1];
    if (unknown?.startsWith('--') === true) throw new UsageError(`unknown flag: ${unknown}`);
    if (unknown !== undefined) throw new UsageError(`unknown shorthand flag: ${unknown}`);
    throw new UsageError(first);
  }
}

function parsed<T>(flag: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    throw new UsageError(`invalid argument "${text}" for "--${flag}": ${(error as Error).message}`);
  }
}

function parseMemory(text: string | undefined): number {
  if (text === undefined) return memorySizeBytesDefault;
  const sizeBytes = parsed('memory', text, parseSize);
  if (sizeBytes < memorySizeBytesMin || sizeBytes > memorySizeBytesMax) {
    const range = 'the machine takes from 128m to 3g';
    throw new UsageError(`invalid argument "${text}" for "--memory": ${range}`);
  }
  return Math.floor(sizeBytes / 1024 ** 2) * 1024 ** 2;
}

function parseHttpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new Error('expected a URL with http or https');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function dataRootDefault(): string {
  const base = process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share');
  return join(base, 'bottleship');
}

/** In the user's own run-time folder; where there is none, beside the data, which only the user may enter. */
function socketDefault(dataRoot: string): string {
  const runtime = process.env['XDG_RUNTIME_DIR'];
  return runtime === undefined || runtime === ''
    ? join(dataRoot, 'docker.sock')
    : join(runtime, 'bottleship', 'docker.sock');
}
