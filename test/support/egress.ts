/** A way out for tests: to servers on loopback, through WISP on a real WebSocket as a page has it. */
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import type { Egress } from '../../src/egress/egress.ts';
import { WispClient } from '../../src/egress/wisp-client.ts';
import { openNodeWispSocket } from '../../src/node/wisp-socket.ts';
import { attachWisp, wispPath } from '../../src/node/serve-wisp.ts';
import { parseProxyConfig } from '../../src/proxy/config.ts';
import type { EgressLogEntry } from '../../src/proxy/egress-gateway.ts';
import type { Resolver } from '../../src/proxy/upstream.ts';

export interface TestEgress {
  readonly egress: Egress;
  readonly url: string;
  readonly log: EgressLogEntry[];
  dispose(): void;
}

/** `config`: the `egress` of the proxy's configuration. */
export async function startTestEgress(
  config: unknown,
  options: { readonly resolver: Resolver },
): Promise<TestEgress> {
  const log: EgressLogEntry[] = [];
  const server = createServer();
  const wisp = attachWisp(server, {
    config: parseProxyConfig({ egress: config }),
    resolver: options.resolver,
    log: (entry) => log.push(entry),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}${wispPath}`;
  const egress = new WispClient((events) => openNodeWispSocket({ url, events }));
  return {
    egress,
    url,
    log,
    dispose() {
      egress.dispose();
      wisp.dispose();
      server.close();
      server.closeAllConnections();
    },
  };
}
