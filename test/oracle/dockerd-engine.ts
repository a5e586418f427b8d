/** A dockerd as an engine that scenarios can be played against, with the fixtures loaded. */
import { decodeBody } from './decode-body.ts';
import type { Fixtures } from './fixtures.ts';
import { valueAt } from './json-path.ts';
import type { Engine } from './play.ts';
import { socketTransport } from './transport.ts';

/** `host`: `unix:///path` of one that runs. */
export async function dockerdEngine(host: string, fixtures: Fixtures): Promise<Engine> {
  const transport = socketTransport(host.replace(/^unix:\/\//, ''));
  const ask = async (path: string) =>
    decodeBody(await transport({ method: 'GET', path, headers: {} }));
  const loaded = await transport({
    method: 'POST',
    path: '/images/load?quiet=1',
    headers: { 'content-type': 'application/x-tar' },
    body: fixtures.archive,
  });
  if (loaded.status !== 200)
    throw new Error(`Cannot load the fixtures: ${Buffer.from(loaded.body).toString()}`);
  return {
    transport,
    version: String(valueAt(await ask('/version'), 'ApiVersion')),
    dataRoot: String(valueAt(await ask('/info'), 'DockerRootDir')),
    constants: fixtures.constants,
    images: fixtures.images,
  };
}
