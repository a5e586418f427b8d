/**
 * Checks a HostConfig in dockerd's order and words. The names say where dockerd does it: what decoding
 * the request rejects comes first, then what holds on every platform, then what is Linux's.
 */
import type { ContainerConfig, HostConfig, RestartPolicy } from '../../api/container.ts';
import { KindError } from '../../lib/errors.ts';
import { normalizeCapabilities } from './capabilities.ts';
import { checkResources } from './check-resources.ts';
import { containerOfMode } from './namespace-mode.ts';
import { checkPortBindings } from './port-bindings.ts';

const containerPrefix = 'container:';
export const runtimeDefault = 'runc';

/** Gives the configuration without what the kernel cannot do; `warnings` says so. */
export function checkHostConfig(
  config: HostConfig,
  options: { readonly container: ContainerConfig },
): { readonly hostConfig: HostConfig; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  checkNetworkMode(config, options.container);
  checkDecoded(config);
  checkCommon(config);
  const checked = checkResources(config, { warnings });
  checkPlatform(config, warnings);
  return { hostConfig: checked, warnings };
}

function checkNetworkMode(config: HostConfig, container: ContainerConfig): void {
  const mode = config.NetworkMode ?? '';
  const links = (config.Links ?? []).length > 0;
  const undefinedBehavior = "can't be used with links. This would result in undefined behavior";
  if (mode === 'container' || mode.startsWith(containerPrefix)) {
    if (!containerOfMode(mode))
      throw invalid('invalid network mode: invalid container format container:<name|id>');
    if (container.Hostname) throw conflicting('hostname and the network mode');
    if (links) throw conflicting(`container type network ${undefinedBehavior}`);
    if ((config.Dns ?? []).length > 0) throw conflicting('dns and the network mode');
    if ((config.ExtraHosts ?? []).length > 0)
      throw conflicting('custom host-to-IP mapping and the network mode');
    if (hasEntries(config.PortBindings) || config.PublishAllPorts === true)
      throw conflicting('port publishing and the container type network mode');
    if (hasEntries(container.ExposedPorts))
      throw conflicting('port exposing and the container type network mode');
  }
  if (config.UTSMode === 'host' && container.Hostname)
    throw conflicting('hostname and the UTS mode');
  if (mode === 'host' && links) throw conflicting(`host type networking ${undefinedBehavior}`);
}

function checkDecoded(config: HostConfig): void {
  const isolation = config.Isolation ?? '';
  if (!['', 'default'].includes(isolation.toLowerCase()))
    throw invalid(`invalid isolation (${isolation}): linux only supports 'default'`);
  const option = (name: string): KindError =>
    invalid(`invalid option: QoS maximum ${name} configuration is not supported on linux`);
  if ((config.IOMaximumBandwidth ?? 0) !== 0) throw option('bandwidth');
  if ((config.IOMaximumIOps ?? 0) !== 0) throw option('IOPs');
  if ((config.CpuRealtimePeriod ?? 0) !== 0 || (config.CpuRealtimeRuntime ?? 0) !== 0)
    throw invalid('kernel does not support CPU real-time scheduler');
  const shares = config.CpuShares ?? 0;
  if (shares < 0) throw invalid(`invalid CPU shares (${shares}): value must be a positive integer`);
}

function checkCommon(config: HostConfig): void {
  const { RestartPolicy: restart = {} } = config;
  if (config.AutoRemove === true && !['', 'no'].includes(restart.Name ?? ''))
    throw invalid("can't create 'AutoRemove' container with restart policy");
  for (const entry of config.ExtraHosts ?? []) checkExtraHost(entry);
  checkPortBindings(config.PortBindings ?? {});
  checkRestartPolicy({ ...restart, Name: restart.Name || 'no' });
  normalizeCapabilities(config.CapAdd ?? [], 'CapAdd');
  normalizeCapabilities(config.CapDrop ?? [], 'CapDrop');
  if (Object.hasOwn(config.Annotations ?? {}, '')) {
    const message = 'invalid Annotations: the empty string is not permitted as an annotation key';
    throw invalid(message);
  }
}

/** Also for `docker update`. */
export function checkRestartPolicy(restart: RestartPolicy): void {
  const { Name: name = '', MaximumRetryCount: retries = 0 } = restart;
  if (name === '') return;
  if (name === 'on-failure') {
    if (retries < 0)
      throw invalid('invalid restart policy: maximum retry count cannot be negative');
    return;
  }
  if (!['no', 'always', 'unless-stopped'].includes(name)) {
    const message = `invalid restart policy: unknown policy '${name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`;
    throw invalid(message);
  }
  if (retries === 0) return;
  const negative = retries < 0 ? ' and cannot be negative' : '';
  const message = `invalid restart policy: maximum retry count can only be used with 'on-failure'`;
  throw invalid(message + negative);
}

function checkPlatform(config: HostConfig, warnings: string[]): void {
  const { IpcMode: ipc = '', PidMode: pid = '', OomScoreAdj: score = 0 } = config;
  if (
    !['', 'none', 'private', 'host', 'shareable'].includes(ipc) &&
    !ipc.startsWith(containerPrefix)
  )
    throw invalid(`invalid IPC mode: ${ipc}`);
  if (!['', 'host'].includes(pid) && !containerOfMode(pid))
    throw invalid(`invalid PID mode: ${pid}`);
  if ((config.ShmSize ?? 0) < 0) throw invalid('SHM size can not be less than 0');
  if (!['', 'host'].includes(config.UTSMode ?? ''))
    throw invalid(`invalid UTS mode: ${config.UTSMode}`);
  if (score < -1000 || score > 1000)
    throw invalid(`Invalid value ${score}, range for oom score adj is [-1000, 1000]`);
  if (config.NetworkMode === 'host' && hasEntries(config.PortBindings))
    warnings.push('Published ports are discarded when using host network mode');
  if (!['', 'host'].includes(config.UsernsMode ?? ''))
    throw invalid(`invalid USER mode: ${config.UsernsMode}`);
  const runtime = config.Runtime ?? '';
  if (!['', runtimeDefault].includes(runtime))
    throw invalid(`unknown or invalid runtime name: ${runtime}`);
  for (const destination of Object.keys(config.Tmpfs ?? {})) checkTmpfsDestination(destination);
  if (!['', 'private', 'host'].includes(config.CgroupnsMode ?? ''))
    throw invalid(`invalid cgroup namespace mode: ${config.CgroupnsMode}`);
}

function checkTmpfsDestination(destination: string): void {
  if (!destination.startsWith('/'))
    throw invalid(`invalid mount path: '${destination}' mount path must be absolute`);
  if (/^\/(\.?\/)*\.?$/.test(destination))
    throw invalid("invalid specification: destination can't be '/'");
}

/** `name:address`; an IPv6 address may follow, so only the first colon parts them. */
function checkExtraHost(entry: string): void {
  const colon = entry.indexOf(':');
  if (colon <= 0) throw invalid(`bad format for add-host: ${JSON.stringify(entry)}`);
  const address = entry.slice(colon + 1);
  if (address === 'host-gateway' || isAddress(address)) return;
  throw invalid(`invalid IP address in add-host: ${JSON.stringify(address)}`);
}

function isAddress(text: string): boolean {
  const parts = text.split('.');
  if (parts.length === 4)
    return parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256);
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  return bare.includes(':') && URL.canParse(`http://[${bare}]/`);
}

function hasEntries(map: object | null | undefined): boolean {
  return Object.keys(map ?? {}).length > 0;
}

function conflicting(what: string): KindError {
  return invalid(`conflicting options: ${what}`);
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
