/** The way out of a page: the gateway on its own origin, when its owner serves one. */
import type { Egress } from '../egress/egress.ts';
import { WispClient } from '../egress/wisp-client.ts';
import { openWispSocket } from './wisp-socket.ts';

/** What a gateway answers to a request that is no WebSocket's. */
const statusUpgradeRequired = 426;

export async function findPageEgress(baseUrl: string): Promise<Egress | undefined> {
  const url = new URL('/wisp/', baseUrl);
  const response = await fetch(url, { cache: 'no-store' }).catch(() => undefined);
  if (response?.status !== statusUpgradeRequired) return undefined;
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return new WispClient((events) => openWispSocket({ url: url.href, events }));
}
