/** Makes of the flags before the command, and of the environment, what a command works with. */
import { ApiClient } from '../client/api-client.ts';
import { KindError } from '../lib/errors.ts';
import {
  defaultContext,
  defaultHost,
  missingContextError,
} from './commands/context/default-context.ts';
import { loadConfigFile } from './config/config-file.ts';
import type { ConfigFile } from './config/config-file.ts';
import type { FlagSpec } from './flags/flag-spec.ts';
import type { ParsedFlags } from './flags/parsed-flags.ts';
import { ExitError } from './command/exit-error.ts';
import type { CliHost, CliInvocation } from './invocation.ts';
import type { Output } from './output.ts';

const logLevels = ['panic', 'fatal', 'error', 'warn', 'warning', 'info', 'debug', 'trace'];

/** The same socket under the name that /var/run is a link to. */
const ownHosts = ['', 'unix://', defaultHost, 'unix:///run/docker.sock'];

export function checkGlobals(globals: ParsedFlags): void {
  const level = globals.string('log-level');
  if (!logLevels.includes(level.toLowerCase())) {
    throw new Error(`Unable to parse logging level: ${level}`);
  }
}

/** What the engine cannot do is refused before anything is done. */
export function checkSupported(specs: readonly FlagSpec[], flags: ParsedFlags): void {
  const refused = specs
    .filter((spec) => spec.unsupported !== undefined && flags.changed(spec.name))
    .map((spec) => `"--${spec.name}" ${spec.unsupported ?? ''}`);
  if (refused.length > 0) throw new ExitError(1, refused.toSorted().join('\n'));
}

export function configDirectory(options: {
  readonly env: CliInvocation['env'];
  readonly globals: ParsedFlags;
}): string {
  const { env, globals } = options;
  return globals.string('config') || env['DOCKER_CONFIG'] || `${env['HOME'] ?? '/root'}/.docker`;
}

export async function openClient(options: {
  readonly invocation: CliInvocation;
  readonly host: CliHost;
  readonly globals: ParsedFlags;
  readonly err: Output;
}): Promise<{ readonly config: ConfigFile; readonly client: ApiClient }> {
  const { invocation, host, globals, err } = options;
  const { env, workingDirectory } = invocation;
  const config = await loadConfigFile({
    directory: configDirectory({ env, globals }),
    workingDirectory,
    files: host.files,
    onWarning: (message) => err.line(`WARNING: ${message}`),
  });
  await checkContext({ config, env, globals });
  const headers = Object.fromEntries(
    Object.entries(config.map('HttpHeaders')).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const address = engineAddress({ env, globals });
  const handler = address === '' ? host.handler : unreachable(address);
  return { config, client: new ApiClient(handler, { headers }) };
}

async function checkContext(options: {
  readonly config: ConfigFile;
  readonly env: CliInvocation['env'];
  readonly globals: ParsedFlags;
}): Promise<void> {
  const { config, env, globals } = options;
  const given = globals.string('context');
  if (given !== '' && globals.list('host').length > 0) {
    throw new Error('conflicting options: cannot specify both --host and --context');
  }
  const hostGiven = globals.list('host').length > 0 || (env['DOCKER_HOST'] ?? '') !== '';
  const chosen = hostGiven ? '' : env['DOCKER_CONTEXT'] || config.string('currentContext');
  const name = given || chosen || defaultContext;
  if (name === defaultContext) return;
  throw initializeError((await missingContextError({ config }, name)).message);
}

/** Empty for this machine's own engine. Throws for what is no address. */
function engineAddress(options: {
  readonly env: CliInvocation['env'];
  readonly globals: ParsedFlags;
}): string {
  const { env, globals } = options;
  const hosts = globals.list('host');
  if (hosts.length > 1) throw initializeError('Specify only one -H');
  const address = (hosts[0] ?? env['DOCKER_HOST'] ?? '').trim();
  if (ownHosts.includes(address)) return '';
  if (/^(tcp|unix|npipe|fd|ssh|http|https):\/\//.test(address)) return address;
  if (address.includes('://')) throw initializeError(`invalid bind address format: ${address}`);
  return `tcp://${address}`;
}

function initializeError(message: string): Error {
  return new Error(`Failed to initialize: unable to resolve docker endpoint: ${message}`);
}

/** There is no other engine within reach of this machine. */
function unreachable(address: string) {
  return (): Promise<never> =>
    Promise.reject(
      new KindError(
        'unavailable',
        `Cannot connect to the Docker daemon at ${address}. Is the docker daemon running?`,
      ),
    );
}
