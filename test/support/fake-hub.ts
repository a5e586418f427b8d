/** A Docker Hub that has nothing: it hands out tokens and denies every repository, as the real one does. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeHub {
  /** Makes the registry proxy ask here for docker.io. */
  readonly proxyEnvironment: Readonly<Record<string, string>>;
  stop(): void;
}

export async function startFakeHub(): Promise<FakeHub> {
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    if (request.url?.startsWith('/token') === true) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ token: 'anonymous', expires_in: 300 }));
      return;
    }
    const denied = request.headers.authorization !== undefined;
    const repository = /^\/v2\/(.+)\/(?:manifests|blobs|tags)\//.exec(request.url ?? '')?.[1];
    const scope = `scope="repository:${repository}:pull"`;
    const error = denied ? ',error="insufficient_scope"' : '';
    const realm = `http://127.0.0.1:${port}/token`;
    response.setHeader(
      'www-authenticate',
      `Bearer realm="${realm}",service="hub",${scope}${error}`,
    );
    response.setHeader('content-type', 'application/json');
    response.statusCode = 401;
    const code = denied ? 'DENIED' : 'UNAUTHORIZED';
    response.end(JSON.stringify({ errors: [{ code, message: 'denied' }] }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const registry = `registry-1.docker.io=http://127.0.0.1:${port};private;insecure`;
  return {
    proxyEnvironment: { BOTTLESHIP_PROXY_REGISTRIES: registry },
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
