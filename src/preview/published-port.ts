/** A port of the machine that leads to a container. */
export interface PublishedPort {
  /** On the machine. */
  readonly port: number;
  /** Address of the machine that it is bound to; `0.0.0.0` and `::` are all. */
  readonly hostIp: string;
  readonly protocol: 'tcp' | 'udp';
  readonly containerId: string;
  readonly containerName: string;
  /** In the container. */
  readonly privatePort: number;
  /** Whether a server in the container listens; always true of UDP, which has nothing to see. */
  readonly listening: boolean;
}

/** Where on the machine a connection to the port is made. */
export function dialAddress(hostIp: string): string {
  if (hostIp === '' || hostIp === '0.0.0.0') return '127.0.0.1';
  return hostIp === '::' ? '::1' : hostIp;
}
