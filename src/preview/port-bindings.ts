/** Which ports of the machine lead to containers, as the Engine API tells it. Pure. */
import type { ContainerInspect, ContainerSummary } from '../api/container.ts';
import type { PublishedPort } from './published-port.ts';

/** A binding, and the process whose network the server of it lives in. */
export interface PortBinding extends Omit<PublishedPort, 'listening'> {
  readonly pid: number;
}

/** A container on the machine's own network publishes nothing: what its image exposes is on the machine already. */
export function portBindings(
  { Id, Names, Ports }: ContainerSummary,
  { State, HostConfig, Config }: ContainerInspect,
): PortBinding[] {
  const base = {
    containerId: Id,
    containerName: (Names[0] ?? '').replace(/^\//, ''),
    pid: State.Pid,
  };
  if (HostConfig.NetworkMode === 'host') {
    return Object.keys(Config.ExposedPorts ?? {}).flatMap((key) => {
      const [port = '', protocol = 'tcp'] = key.split('/');
      if (!isProtocol(protocol)) return [];
      const number = Number(port);
      return [{ ...base, port: number, privatePort: number, hostIp: '0.0.0.0', protocol }];
    });
  }
  return (Ports ?? []).flatMap(({ IP = '', PublicPort, PrivatePort, Type }) => {
    if (PublicPort === undefined || PublicPort === 0 || !isProtocol(Type)) return [];
    return [{ ...base, port: PublicPort, privatePort: PrivatePort, hostIp: IP, protocol: Type }];
  });
}

function isProtocol(text: string): text is PublishedPort['protocol'] {
  return text === 'tcp' || text === 'udp';
}
