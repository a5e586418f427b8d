/** The text of /etc/hostname, /etc/hosts and /etc/resolv.conf of a container, as Docker writes them. */
import type { ContainerConfig, HostConfig } from '../../api/container.ts';

export function hostnameFile(config: ContainerConfig): string {
  return `${config.Hostname ?? ''}\n`;
}

export function hostsFile(hostConfig: HostConfig): string {
  const extra = (hostConfig.ExtraHosts ?? []).map((entry) => {
    const separator = /[:=]/.exec(entry)?.index ?? entry.length;
    const name = entry.slice(0, separator);
    const address = entry.slice(separator + 1).replace(/^\[(.*)\]$/, '$1');
    return `${address}\t${name}\n`;
  });
  return [
    '127.0.0.1\tlocalhost\n',
    '::1\tlocalhost ip6-localhost ip6-loopback\n',
    'fe00::\tip6-localnet\n',
    'ff00::\tip6-mcastprefix\n',
    'ff02::1\tip6-allnodes\n',
    'ff02::2\tip6-allrouters\n',
    ...extra,
  ].join('');
}

/** Without a network there is no name server to name, unless the user did. */
export function resolvConfFile(hostConfig: HostConfig): string {
  const search = hostConfig.DnsSearch ?? [];
  const options = hostConfig.DnsOptions ?? [];
  return [
    ...(hostConfig.Dns ?? []).map((address) => `nameserver ${address}\n`),
    ...(search.length > 0 && search[0] !== '.' ? [`search ${search.join(' ')}\n`] : []),
    ...(options.length > 0 ? [`options ${options.join(' ')}\n`] : []),
  ].join('');
}
