/** The text of /etc/hostname, /etc/hosts and /etc/resolv.conf of a container, as Docker writes them. */
import type { ContainerConfig, HostConfig } from '../../api/container.ts';
import { resolverAddress } from '../network/resolver-rules.ts';

export function hostnameFile(config: ContainerConfig): string {
  return `${config.Hostname ?? ''}\n`;
}

/** What `--add-host` may say instead of an address: the machine's, as containers reach it. */
export const hostGateway = 'host-gateway';

/** `addresses`: the container's own on its networks, with its names. */
export function hostsFile(
  { ExtraHosts }: HostConfig,
  options: {
    readonly gateway: string;
    readonly addresses: readonly (readonly [address: string, names: string])[];
  },
): string {
  const extra = (ExtraHosts ?? []).map((entry) => {
    const separator = /[:=]/.exec(entry)?.index ?? entry.length;
    const name = entry.slice(0, separator);
    const address = entry.slice(separator + 1).replace(/^\[(.*)\]$/, '$1');
    return [address === hostGateway ? options.gateway : address, name] as const;
  });
  return [
    '127.0.0.1\tlocalhost\n',
    '::1\tlocalhost ip6-localhost ip6-loopback\n',
    'fe00::\tip6-localnet\n',
    'ff00::\tip6-mcastprefix\n',
    'ff02::1\tip6-allnodes\n',
    'ff02::2\tip6-allrouters\n',
    ...[...extra, ...options.addresses].map(([address, names]) => `${address}\t${names}\n`),
  ].join('');
}

/** `servers`: those to name when the user names none. */
export function resolvConfFile(
  { Dns, DnsSearch, DnsOptions }: HostConfig,
  options: { readonly embedded: boolean; readonly servers: readonly string[] },
): string {
  const asked = Dns ?? [];
  const servers = options.embedded ? [resolverAddress] : asked.length > 0 ? asked : options.servers;
  const search = DnsSearch ?? [];
  const given = DnsOptions ?? [];
  const dots =
    options.embedded && !given.some((one) => one.startsWith('ndots:')) ? ['ndots:0'] : [];
  const all = [...given, ...dots];
  return [
    ...servers.map((address) => `nameserver ${address}\n`),
    ...(search.length > 0 && search[0] !== '.' ? [`search ${search.join(' ')}\n`] : []),
    ...(all.length > 0 ? [`options ${all.join(' ')}\n`] : []),
  ].join('');
}
