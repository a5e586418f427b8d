/** fetch() that also reads `file:` URLs below one folder: the bundled library, as a static server would give it. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** `rootUrl` is a `file:` URL that ends with a slash; nothing outside it is read. */
export function createFileFetch(rootUrl: string): typeof fetch {
  return async (input, init) => {
    const request = new URL(input instanceof Request ? input.url : input);
    if (request.protocol !== 'file:') return fetch(input, init);
    if (!request.href.startsWith(rootUrl)) return new Response(null, { status: 403 });
    const path = fileURLToPath(request);
    const info = await stat(path).catch(() => undefined);
    if (info === undefined || !info.isFile()) return new Response(null, { status: 404 });
    const body = Readable.toWeb(createReadStream(path));
    return new Response(body as ReadableStream<Uint8Array>, {
      headers: { 'content-length': String(info.size) },
    });
  };
}
