/**
 * Keeps the page for offline use. A version is stored whole before it is used, under a name of its own,
 * and the one before it serves its pages to their end: versions never mix.
 */
import { isAddressed, PrecacheTable } from './precache.ts';
import type { Precache, PrecacheFile } from './precache.ts';
import type { OfflineMessage, OfflineRequest } from '../playground/offline-messages.ts';
import { hexOf } from '../lib/hex.ts';

declare const __PRECACHE__: Precache;
declare const self: ServiceWorkerGlobalScope;

/** Once: the build writes the whole list wherever the name stands. */
const precache = __PRECACHE__;
const corePrefix = 'bottleship-core-';
const coreName = corePrefix + precache.version;
const blobsName = 'bottleship-blobs';
const scope = new URL('./', self.location.href).href;
const table = new PrecacheTable(precache, scope);

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const answer = table.answer({
    method: request.method,
    url: request.url,
    isNavigation: request.mode === 'navigate',
    hasRange: request.headers.has('range'),
  });
  if (answer.from === 'nowhere') {
    event.respondWith(new Response('Not found\n', { status: 404 }));
  } else if (answer.from !== 'network') {
    event.respondWith(stored(answer.from, { request, url: answer.url }));
  }
});
self.addEventListener('message', (event) => {
  const { type } = event.data as OfflineRequest;
  if (type === 'update') event.waitUntil(self.skipWaiting());
  else event.waitUntil(saveBlobs());
});

async function install(): Promise<void> {
  const cache = await caches.open(coreName);
  for (const file of precache.core) {
    if ((await cache.match(scope + file.url)) !== undefined) continue;
    await cache.put(scope + file.url, (await fromOlderVersion(file)) ?? (await download(file)));
  }
}

/** What did not change between versions is not downloaded again. */
async function fromOlderVersion({ url }: PrecacheFile): Promise<Response | undefined> {
  return isAddressed(url) ? caches.match(scope + url) : undefined;
}

/** Checked, because the server may have been given a newer version while this one was stored. */
async function download(file: PrecacheFile): Promise<Response> {
  const cache = isAddressed(file.url) ? 'default' : 'no-cache';
  const response = await fetch(scope + file.url, { cache, priority: 'low' });
  if (!response.ok) throw new Error(`Cannot store "${file.url}": status ${response.status}`);
  const body = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  const hex = hexOf(digest);
  if (hex !== file.sha256) throw new Error(`Cannot store "${file.url}": it is of another version`);
  // The body is stored inflated, and a page is answered with its policy as from the server.
  const headers = new Headers(response.headers);
  headers.delete('content-encoding');
  headers.set('content-length', String(body.byteLength));
  return new Response(body, { headers });
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(corePrefix) && name !== coreName) await caches.delete(name);
  }
  const wanted = new Set(precache.blobs.map(({ url }) => scope + url));
  const blobs = await caches.open(blobsName);
  for (const request of await blobs.keys()) {
    if (!wanted.has(request.url)) await blobs.delete(request);
  }
  await self.clients.claim();
}

interface StoredRequest {
  readonly request: Request;
  readonly url: string;
}

async function stored(from: 'core' | 'blobs', { request, url }: StoredRequest): Promise<Response> {
  const cache = await caches.open(from === 'core' ? coreName : blobsName);
  const found = await cache.match(scope + url);
  if (found === undefined) {
    const response = await fetch(request);
    if (from === 'blobs' && request.method === 'GET' && response.status === 200) {
      await cache.put(scope + url, response.clone());
    }
    return response;
  }
  return request.method === 'HEAD' ? new Response(null, { headers: found.headers }) : found;
}

/** Stores the library's blobs one after the other: they must not be in anybody's way. */
async function saveBlobs(): Promise<void> {
  const cache = await caches.open(blobsName);
  const totalBytes = precache.blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let savedBytes = 0;
  for (const file of precache.blobs) {
    if ((await cache.match(scope + file.url)) === undefined) {
      await cache.put(scope + file.url, await download(file));
    }
    savedBytes += file.sizeBytes;
    await tellPages({ type: 'saved', savedBytes, totalBytes });
  }
  await tellPages({ type: 'saved', savedBytes, totalBytes });
}

async function tellPages(message: OfflineMessage): Promise<void> {
  for (const client of await self.clients.matchAll()) client.postMessage(message);
}
