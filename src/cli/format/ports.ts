/** Published and exposed ports as `docker ps` lists them: `0.0.0.0:8080->80/tcp, 443/tcp`. */
import type { Port } from '../../api/network.ts';

export function displayPorts(ports: readonly Port[]): string {
  const groups = new Map<string, { first: number; last: number }>();
  const done: string[] = [];
  const mappings: string[] = [];
  for (const port of ports.toSorted(comparePorts)) {
    const { IP = '', PrivatePort, PublicPort = 0, Type } = port;
    if (IP !== '' && PublicPort !== PrivatePort) {
      mappings.push(`${joinHostPort(IP, String(PublicPort))}->${PrivatePort}/${Type}`);
      continue;
    }
    const key = IP === '' ? Type : `${IP}/${Type}`;
    const group = groups.get(key);
    if (group !== undefined && PrivatePort === group.last + 1) {
      group.last = PrivatePort;
      continue;
    }
    if (group !== undefined) done.push(groupText(key, group));
    groups.set(key, { first: PrivatePort, last: PrivatePort });
  }
  for (const [key, group] of groups) done.push(groupText(key, group));
  return [...done, ...mappings].join(', ');
}

/** With brackets around an IPv6 address. */
export function joinHostPort(host: string, port: string): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function groupText(key: string, group: { readonly first: number; readonly last: number }): string {
  const [ip, type = ip] = key.split('/');
  const range = group.first === group.last ? `${group.first}` : `${group.first}-${group.last}`;
  return key.includes('/')
    ? `${joinHostPort(ip ?? '', range)}->${range}/${type}`
    : `${range}/${type}`;
}

function comparePorts(a: Port, b: Port): number {
  if (a.PrivatePort !== b.PrivatePort) return a.PrivatePort - b.PrivatePort;
  const [ipA = '', ipB = ''] = [a.IP, b.IP];
  if (ipA !== ipB) return ipA < ipB ? -1 : 1;
  const publicDifference = (a.PublicPort ?? 0) - (b.PublicPort ?? 0);
  if (publicDifference !== 0) return publicDifference;
  return a.Type < b.Type ? -1 : a.Type > b.Type ? 1 : 0;
}
