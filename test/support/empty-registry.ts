/** The registry proxy as it answers for a repository that does not exist, on loopback. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EmptyRegistry {
  readonly url: string;
  dispose(): Promise<void>;
}

const denied = JSON.stringify({
  errors: [{ code: 'DENIED', message: 'requested access to the resource is denied' }],
});

export async function startEmptyRegistry(): Promise<EmptyRegistry> {
  const server = createServer((_request, response) => {
    response.writeHead(403, { 'content-type': 'application/json' }).end(denied);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // It is a TCP server, so its address is one of the network.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    dispose: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
