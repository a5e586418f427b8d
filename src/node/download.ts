/**
 * Fetches a URL that a user of the engine named, for `docker import`. A container's user may be anybody, so this goes
 * only where the registry proxy may go: to public addresses, each redirect checked again.
 */
import { Readable } from 'node:stream';
import type { Disposable } from '../lib/disposable.ts';
import { defaultLimits } from '../proxy/config.ts';
import { Upstream, type Resolver } from '../proxy/upstream.ts';

export interface Downloader extends Disposable {
  /** Rejects `forbidden` for an address against the rules, `unavailable` when nobody answers. */
  download(url: URL, signal?: AbortSignal): Promise<Response>;
}

export function createDownloader(options: { readonly resolver?: Resolver } = {}): Downloader {
  const upstream = new Upstream({ limits: defaultLimits, ...options });
  const anywhere = { host: '', url: '', isInsecure: true, privateHosts: [] };
  return {
    async download(url, signal) {
      const incoming = await upstream.request({
        registry: anywhere,
        method: 'GET',
        url,
        headers: {},
        signal: signal ?? new AbortController().signal,
      });
      const headers = new Headers();
      for (const name of ['content-length', 'content-encoding', 'last-modified']) {
        const value = incoming.headers[name];
        if (typeof value === 'string') headers.set(name, value);
      }
      return new Response(Readable.toWeb(incoming) as ReadableStream<Uint8Array<ArrayBuffer>>, {
        status: incoming.statusCode ?? 502,
        statusText: incoming.statusMessage ?? '',
        headers,
      });
    },
    dispose: () => upstream.dispose(),
  };
}
