/** Which ports a container wants to be reached by: its port bindings, and with `-P` everything it exposes. */
import type { ContainerConfig, HostConfig } from '../../api/container.ts';
import type { PortBinding } from '../../api/network.ts';
import type { PortProtocol } from '../../network/model.ts';
import type { PortWish } from '../../network/port-allocator.ts';

/** `hostAddress`: where to publish what names no address; empty for everywhere. Checked before. */
export function portWishes(
  config: ContainerConfig,
  hostConfig: HostConfig,
  hostAddress: string,
): PortWish[] {
  const bindings = hostConfig.PortBindings ?? {};
  const names = new Set([...Object.keys(config.ExposedPorts ?? {}), ...Object.keys(bindings)]);
  return [...names].toSorted(comparePorts).flatMap((name) => {
    const { port: containerPort, protocol } = splitPort(name);
    const own = bindings[name] ?? [];
    const wanted = own.length === 0 && hostConfig.PublishAllPorts === true ? [{}] : inOrder(own);
    return wanted.map(({ HostIp = '', HostPort = '' }: { HostIp?: string; HostPort?: string }) => {
      const [first = '0', last = first] = (HostPort.split('/')[0] || '0').split('-');
      return {
        protocol,
        containerPort,
        hostAddress: HostIp || hostAddress,
        hostPortFirst: Number(first),
        hostPortLast: Number(last),
      };
    });
  });
}

/** As dockerd takes the ports of one of a container's: the highest first. */
function inOrder(bindings: readonly PortBinding[]): PortBinding[] {
  const first = ({ HostPort = '' }: PortBinding): number => Number(HostPort.split('-')[0]);
  return bindings.toSorted((a, b) => first(b) - first(a));
}

function comparePorts(a: string, b: string): number {
  const [left, right] = [splitPort(a), splitPort(b)];
  return left.port - right.port || (left.protocol < right.protocol ? -1 : 1);
}

function splitPort(name: string): { readonly port: number; readonly protocol: PortProtocol } {
  const [port = '', protocol = 'tcp'] = name.toLowerCase().split('/');
  const known = protocol === 'udp' || protocol === 'sctp' ? protocol : 'tcp';
  return { port: Number(port), protocol: known };
}
