/** Checks the form of published ports; opening them is the network's business. */
import type { PortMap } from '../../api/network.ts';
import { KindError } from '../../lib/errors.ts';

const protocols = ['tcp', 'udp', 'sctp'];
const portMax = 65_535;

/** Keys are `port[/protocol]`; a host port may be empty or a range. */
export function checkPortBindings(bindings: PortMap): void {
  for (const [key, list] of Object.entries(bindings)) {
    const port = key.split('/')[0] ?? '';
    if (parsePort(port) === undefined) throw invalidPort(port);
    for (const { HostPort = '' } of list ?? []) checkHostPort(HostPort);
  }
}

function checkHostPort(text: string): void {
  const [port = '', protocol = 'tcp'] = text.split('/');
  if (!protocols.includes(protocol.toLowerCase())) throw invalidPort(text);
  if (port === '') return;
  const ends = port.split('-').map(parsePort);
  const [first, last = first] = ends;
  if (first === undefined || last === undefined || ends.length > 2 || last < first)
    throw invalidPort(text);
}

function parsePort(text: string): number | undefined {
  const port = /^[0-9]+$/.test(text) ? Number(text) : NaN;
  return port <= portMax ? port : undefined;
}

function invalidPort(text: string): KindError {
  return new KindError('invalidParameter', `invalid port specification: ${JSON.stringify(text)}`);
}
