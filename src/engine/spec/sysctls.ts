/** `--sysctl`: only what a namespace of the container's own holds may be set; the rest is the machine's. */
import type { HostConfig } from '../../api/container.ts';
import type { KindError } from '../../lib/errors.ts';
import { runtimeCreateError } from './runtime-error.ts';
import type { SpecNamespace } from './runtime-spec.ts';

const ofIpcNamespace = new Set([
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
]);

/**
 * Unprivileged ports and ping come first, as Docker sets them in a network namespace of the container's own; the groups
 * of a user namespace are too few for ping's range.
 */
export function sysctlsOf(
  hostConfig: HostConfig,
  { remapped }: { readonly remapped: boolean },
): Readonly<Record<string, string>> {
  const network = hostConfig.NetworkMode ?? '';
  const own = network !== 'host' && !network.startsWith('container:');
  const defaults = {
    'net.ipv4.ip_unprivileged_port_start': '0',
    ...(remapped ? {} : { 'net.ipv4.ping_group_range': '0 2147483647' }),
  };
  return { ...(own ? defaults : {}), ...hostConfig.Sysctls };
}

/** Rejects in runc's words. */
export function checkSysctls(
  sysctls: Readonly<Record<string, string>>,
  namespaces: readonly SpecNamespace[],
): void {
  const has = (type: SpecNamespace['type']): boolean =>
    namespaces.some((namespace) => namespace.type === type);
  for (const given of Object.keys(sysctls)) {
    const name = withDots(given);
    const quoted = JSON.stringify(name);
    if (ofIpcNamespace.has(name) || name.startsWith('fs.mqueue.')) {
      if (!has('ipc')) throw refused(`${quoted} is not allowed in the hosts ipc namespace`);
    } else if (name.startsWith('net.')) {
      if (!has('net')) throw refused(`${quoted} not allowed in host network namespace`);
    } else if (has('uts') && name === 'kernel.hostname')
      throw refused(`${quoted} is not allowed as it conflicts with the OCI "hostname" field`);
    else if (!has('uts') || name !== 'kernel.domainname')
      throw refused(`${quoted} is not in a separate kernel namespace`);
  }
}

/** `net/ipv4/conf/eth0.1/x` and `net.ipv4.conf.eth0/1.x` are the same setting. */
function withDots(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  if (first !== '/') return name;
  return name.replace(/[./]/g, (separator) => (separator === '/' ? '.' : '/'));
}

/** Where the kernel shows a setting. */
export function sysctlPath(name: string): string {
  return `/proc/sys/${name.replaceAll('.', '/')}`;
}

function refused(detail: string): KindError {
  return runtimeCreateError(`sysctl ${detail}`);
}
