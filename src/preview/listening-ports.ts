/** Reads who listens from the kernel's tables: asking the server itself would show in its log. */

/** Field `st` of a socket that waits for connections: TCP_LISTEN of the kernel. */
const listenState = '0A';

/** Local ports of listening sockets in the text of `/proc/<pid>/net/tcp` or `tcp6`. */
export function listeningPorts(table: string): Set<number> {
  const ports = new Set<number>();
  for (const line of table.split('\n').slice(1)) {
    const [, local = '', , state] = line.trim().split(/\s+/);
    if (state !== listenState) continue;
    const port = Number.parseInt(local.split(':')[1] ?? '', 16);
    if (Number.isInteger(port)) ports.add(port);
  }
  return ports;
}
