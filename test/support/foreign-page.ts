/** A page of somebody else's that holds embeds: another origin, a strict policy, no isolation. */
import { createServer } from 'node:http';

export interface ForeignPage {
  /** Of another site than localhost. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface ForeignPageOptions {
  /** Of the playground. */
  readonly playground: string;
  /** What the page holds; the element's script is added. */
  readonly body: string;
}

export async function startForeignPage({
  playground,
  body,
}: ForeignPageOptions): Promise<ForeignPage> {
  const { origin } = new URL(playground);
  const policy =
    `default-src 'none'; script-src ${origin}; frame-src ${origin}; base-uri 'none'; form-action 'none'; ` +
    "require-trusted-types-for 'script'; trusted-types 'none'";
  const server = createServer((request, response) => {
    if (request.url !== '/') return void response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
    });
    response.end(
      `<!doctype html><title>Somebody's page</title>${body}<script src="${origin}/embed.js"></script>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Server is not listening');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
