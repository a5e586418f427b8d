/** Asks the name servers of a container's own (`--dns`), from where it is: one may be another container. */
import type { Guest } from '../../guest/guest.ts';
import { KindError } from '../../lib/errors.ts';
import { parseAddress } from '../../lib/cidr.ts';
import { frameMessage, messagesOf } from '../../network/dns/dns-server.ts';
import type { Sandbox } from '../../network/network-view.ts';

/** As libnetwork waits for one server, and how many of them it asks. */
const answerMsMax = 4000;
const serversMax = 3;
const dnsPort = 53;
/** Of the third byte of a message: there is more than a datagram holds. */
const truncatedBit = 0x02;

type Place = Pick<Sandbox, 'netnsPath' | 'dnsServers'>;

/** One after the other, until one answers. Rejects `unavailable` when none does. */
export async function askServers(
  guest: Guest,
  { netnsPath, dnsServers }: Place,
  message: Uint8Array,
): Promise<Uint8Array> {
  let cause: unknown;
  for (const host of dnsServers.slice(0, serversMax)) {
    try {
      return await ask(guest, { netnsPath, host }, message);
    } catch (error) {
      cause = error;
    }
  }
  throw new KindError('unavailable', `No name server answers: ${dnsServers.join(', ')}`, { cause });
}

async function ask(guest: Guest, server: Server, message: Uint8Array): Promise<Uint8Array> {
  const reply = await askByDatagram(guest, server, message);
  return ((reply[2] ?? 0) & truncatedBit) === 0 ? reply : askByStream(guest, server, message);
}

interface Server {
  readonly netnsPath: string;
  readonly host: string;
}

async function askByDatagram(
  guest: Guest,
  { netnsPath, host }: Server,
  message: Uint8Array,
): Promise<Uint8Array> {
  const any = host.includes(':') ? '::' : '0.0.0.0';
  const socket = await guest.openDatagrams({ host: any, port: 0, netnsPath });
  const timer = setTimeout(() => socket.dispose(), answerMsMax);
  try {
    await socket.send({ peer: { host, port: dnsPort }, bytes: message });
    for await (const { peer, bytes } of socket.readable)
      if (isSame(peer.host, host) && bytes[0] === message[0] && bytes[1] === message[1])
        return bytes;
    throw new KindError('unavailable', `Name server ${host} does not answer`);
  } finally {
    clearTimeout(timer);
    socket.dispose();
  }
}

async function askByStream(
  guest: Guest,
  { netnsPath, host }: Server,
  message: Uint8Array,
): Promise<Uint8Array> {
  const { readable, writable } = await guest.connect({
    kind: 'tcp',
    host,
    port: dnsPort,
    netnsPath,
  });
  const writer = writable.getWriter();
  const timer = setTimeout(() => void writer.abort().catch(() => undefined), answerMsMax);
  try {
    await writer.write(frameMessage(message));
    for await (const reply of messagesOf(readable)) return reply;
    throw new KindError('unavailable', `Name server ${host} does not answer`);
  } finally {
    clearTimeout(timer);
    writer.abort().catch(() => undefined);
  }
}

/** IPv6 has many spellings. */
function isSame(a: string, b: string): boolean {
  return parseAddress(a)?.address === parseAddress(b)?.address;
}
