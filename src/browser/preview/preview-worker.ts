/**
 * The service worker of a preview's origin: hands every request of the pages it shows to the engine, over a port that
 * the playground gives. One classic script, built beside the page (node/build/preview-files.ts).
 */
import type { Field } from '../../preview/http/response-head.ts';
import type { PreviewWorkerMessage, PreviewWorkerRequest } from '../../preview/page-messages.ts';
import { toBrowser } from '../../preview/rewrite-headers.ts';
import { failurePage, toResponse } from './answer-page.ts';
import { EngineLink } from './engine-link.ts';

declare const self: ServiceWorkerGlobalScope;

const { origin, hostname, search } = self.location;
/** The preview's address says which port it shows. */
const port = Number(/^p(\d+)-/.exec(hostname)?.[1] ?? 0);
/** The playground that documents may ask for a port; the boot page registered this script with it. */
const playground = new URLSearchParams(search).get('playground') ?? '';
const ownPrefix = '/bottleship-preview';
const bootPage = `${ownPrefix}.html`;
/** How long the playground may take to give a new port. */
const linkTimeoutMs = 3000;

let link: EngineLink | undefined;
const onLinked: (() => void)[] = [];

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const target = targetOf(new URL(event.request.url));
  if (target !== undefined) event.respondWith(answer(event, target));
});
self.addEventListener('message', (event) => event.waitUntil(take(event)));

/** Path and query for the machine's port; undefined for what goes to the network. */
function targetOf(url: URL): string | undefined {
  // A page may name itself as its server knows it.
  const own = new URL(toBrowser(url.href, { port, origin }));
  if (own.origin !== origin || own.pathname.startsWith(ownPrefix)) return undefined;
  return own.pathname + own.search;
}

async function answer({ request }: FetchEvent, target: string): Promise<Response> {
  const isDocument = request.mode === 'navigate';
  const engine = await findLink();
  if (engine === undefined) {
    if (isDocument && request.method === 'GET') return fetch(bootPage);
    return failurePage(port, 'The playground tab is closed');
  }
  try {
    const { method } = request;
    const found = await engine.fetch(
      { method, target, fields: fieldsOf(request) },
      { body: await bodyOf(request), signal: request.signal },
    );
    const { cookies } = engine;
    return await toResponse(found, { isDocument, method, cookies, playground });
  } catch (error) {
    if (!isDocument) return Response.error();
    return failurePage(port, error instanceof Error ? error.message : String(error));
  }
}

function fieldsOf(request: Request): Field[] {
  const fields = [...request.headers].filter(([name]): boolean => !name.startsWith('x-preview-'));
  const add = (name: string, value: string): void => {
    if (!request.headers.has(name)) fields.push([name, value]);
  };
  add('accept-language', self.navigator.languages.join(','));
  add('sec-fetch-mode', request.mode);
  add('sec-fetch-dest', request.destination === '' ? 'empty' : request.destination);
  if (request.referrer.startsWith(origin)) fields.push(['x-preview-referer', request.referrer]);
  const isSafe = request.method === 'GET' || request.method === 'HEAD';
  if (!isSafe) fields.push(['x-preview-origin', origin]);
  return fields;
}

/** As a stream where the browser has it. */
async function bodyOf(request: Request): Promise<ReadableStream<Uint8Array> | undefined> {
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  const { body } = request as { readonly body?: ReadableStream<Uint8Array> | null };
  if (body !== undefined && body !== null) return body;
  const bytes = new Uint8Array(await request.arrayBuffer());
  return bytes.length === 0 ? undefined : (new Response(bytes).body ?? undefined);
}

/** The link that is there, or a new one from whatever document can ask for it. */
async function findLink(): Promise<EngineLink | undefined> {
  if (link !== undefined && (await link.isAlive())) return link;
  link = undefined;
  const documents = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (documents.length === 0) return undefined;
  const linked = new Promise<void>((resolve) => onLinked.push(resolve));
  for (const client of documents) tell(client, { type: 'need-port' });
  const late = new Promise<void>((resolve) => setTimeout(resolve, linkTimeoutMs));
  await Promise.race([linked, late]);
  return link;
}

async function take(event: ExtendableMessageEvent): Promise<void> {
  const message = event.data as PreviewWorkerRequest;
  const [given] = event.ports;
  if (message.type === 'port' && given !== undefined) {
    link = new EngineLink(given, (cookies) => void tellAll({ type: 'cookies', cookies }));
    for (const tellLinked of onLinked.splice(0)) tellLinked();
    await tellAll({ type: 'linked' });
  } else if (message.type === 'websocket' && given !== undefined) {
    const engine = await findLink();
    if (engine === undefined) given.close();
    else engine.send(message, [given]);
  } else if (message.type === 'cookie') {
    (await findLink())?.send(message);
  }
  // Whatever else wakes this worker up needs no answer.
}

async function tellAll(message: PreviewWorkerMessage): Promise<void> {
  const documents = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  for (const client of documents) tell(client, message);
}

function tell(client: Client, message: PreviewWorkerMessage): void {
  client.postMessage(message);
}
