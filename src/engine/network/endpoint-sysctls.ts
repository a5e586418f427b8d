/** Kernel settings of one interface: `net.ipv4.conf.IFNAME.log_martians=1` in an endpoint's driver options. */
import type { EndpointSettings } from '../../api/network.ts';
import type { Endpoint } from '../../network/model.ts';

export const sysctlsOption = 'com.docker.network.endpoint.sysctls';

/** Paths below /proc/sys, and values. What is not of the form is left out: it was checked before. */
export function endpointSysctls(
  settings: EndpointSettings | undefined,
  { interfaceName }: Endpoint,
): [path: string, value: string][] {
  const text = settings?.DriverOpts?.[sysctlsOption] ?? '';
  return text.split(',').flatMap((entry): [string, string][] => {
    const match = /^(net)\.([a-z0-9_]+)\.([a-z0-9_]+)\.IFNAME\.([a-z0-9_]+)=(.*)$/.exec(entry);
    if (match === null) return [];
    const [, net, family, group, name, value = ''] = match;
    return [[`${net}/${family}/${group}/${interfaceName}/${name}`, value]];
  });
}
