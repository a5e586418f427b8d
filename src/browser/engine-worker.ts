/**
 * The worker of the engine: one container host put together for the browser, and what the page may ask
 * of it. The machine is in another worker, at the other end of a port.
 */
import { expose } from 'comlink';
import type { ApiResponse } from '../api/http.ts';
import { createHost } from '../host/create-host.ts';
import { hostFiles } from '../host/host-files.ts';
import type { Host } from '../host/create-host.ts';
import type { HeldHost, SavedHost } from '../host/saved-host.ts';
import { sessionNotes } from '../host/session-notes.ts';
import { KindError, errorMessage } from '../lib/errors.ts';
import { portDuplex } from '../lib/port-duplex.ts';
import { serveOverPort } from '../client/request-port.ts';
import type { EngineRequest, EngineResponse } from '../playground/container-host.ts';
import type { EngineWorkerApi } from '../playground/worker-protocol.ts';
import type { PreviewService } from '../preview/preview-service.ts';
import { PortMachine } from '../vm/port-machine.ts';
import { deferred } from '../guest/deferred.ts';
import { findPageEgress } from './page-egress.ts';
import { enterHosts } from './host-lock.ts';
import { createForgetfulStore, lateRecordStore } from './late-record-store.ts';
import { machineMemorySizeBytes } from './memory-size.ts';
import { Shells } from './shells.ts';
import { SessionStore } from './session/session-store.ts';
import { openStores, storeName, useOverPort } from './stores.ts';

/** Most that one response may hold: the page keeps it whole. */
const responseBytesMax = 64 * 1024 * 1024;

/** Calls may come before the start has come so far. */
const host = deferred<Host>();
host.promise.catch(() => undefined);
const shells = new Shells();
let previews: Promise<PreviewService> | undefined;
/** Whether the disk outlives this tab. */
const diskLasts = deferred<boolean>();

let machine: PortMachine | undefined;
let held: HeldHost | undefined;
/** Of saved sessions, which need them even when no image has them any more. */
const pinnedLayers = new Set<string>();

const api: EngineWorkerApi = {
  async start({ baseUrl, machinePort, memoryPort, saved }, events) {
    const opening = memoryPort === undefined ? openStores() : useOverPort(memoryPort);
    const stores = await Promise.resolve(opening).catch((error: unknown) => {
      host.reject(error);
      throw error;
    });
    const pinned = stores.last ? pinLayers() : Promise.resolve();
    machine = new PortMachine(machinePort);
    const created = createHost({
      ...stores,
      state: lateRecordStore(
        diskLasts.promise.then((lasts) => (lasts ? stores.records : createForgetfulStore())),
      ),
      channel: machine.channel,
      fetch: (...request) => fetch(...request),
      libraryUrl: new URL('library/', baseUrl).href,
      proxyUrl: new URL('/', baseUrl).origin,
      findEgress: () => findPageEgress(baseUrl),
      pinnedLayers,
      ...(saved === undefined ? {} : { saved: JSON.parse(saved) as SavedHost }),
      memorySizeBytes: machineMemorySizeBytes(navigator.userAgent),
      // What lies in memory is nobody else's.
      whenAlone: (run) =>
        stores.last
          ? enterHosts(navigator.locks, {
              name: 'bottleship-hosts',
              whenAlone: () => pinned.then(run),
            })
          : run(),
    });
    host.resolve(created);
    machine.onState((state) => {
      if (state.phase === 'failed') created.machineLost(state.cause);
    });
    await created.guest.ready;
    events.booted();
    await created.shellReady;
    // Before, it would take the processor from the machine.
    created.warmUp();
    created.ready.catch((error: unknown) => events.failed(errorMessage(error)));
  },
  async disk(lasts) {
    diskLasts.resolve(lasts);
  },
  async openShell(size, port) {
    const created = await host.promise;
    const opened = await created.openShell(size);
    const shell = shells.open(opened, portDuplex(port));
    return { shell, key: opened.key };
  },
  async resizeShell(shell, size) {
    await shells.resize(shell, size);
  },
  waitShell: (shell) => shells.wait(shell),
  async watchPorts(listener) {
    (await (await host.promise).ports()).onChange(listener);
  },
  async openPreview(mapping, link) {
    previews ??= loadPreviews();
    (await previews).open(link, mapping);
  },
  async holdMachine() {
    held = await (await host.promise).hold();
    try {
      await machine?.pause();
      const notes = sessionNotes(held.save());
      for (const layer of notes.layers) pinnedLayers.add(layer);
      return notes;
    } catch (error) {
      await api.releaseMachine();
      throw error;
    }
  },
  sessionsChanged: () => pinLayers(),
  async releaseMachine() {
    held?.dispose();
    held = undefined;
    await machine?.start();
  },
  async run(commandLine) {
    return (await host.promise).run(commandLine);
  },
  async engine(request) {
    const { api } = await host.promise;
    return readResponse(await api(toApiRequest(request)));
  },
  async openFiles(port) {
    expose(hostFiles((await host.promise).guest), port);
  },
  async request(request, port) {
    return serveOverPort((await host.promise).api, { request, port });
  },
};

/** Looks up what sessions need; those that cannot be looked up cannot be restored either. */
async function pinLayers(): Promise<void> {
  const headers = await new SessionStore(storeName).headers().catch(() => []);
  pinnedLayers.clear();
  for (const { layers } of headers) for (const layer of layers) pinnedLayers.add(layer);
}

async function loadPreviews(): Promise<PreviewService> {
  const ports = await (await host.promise).ports();
  const { PreviewService } = await import('../preview/preview-service.ts');
  return new PreviewService(ports);
}

function toApiRequest({ method, path, headers = {}, body }: EngineRequest): {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Uint8Array;
} {
  const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const base = { method: method.toUpperCase(), path, headers: Object.fromEntries(lowerCase) };
  if (body === undefined) return base;
  return { ...base, body: typeof body === 'string' ? new TextEncoder().encode(body) : body };
}

async function readResponse({
  status,
  headers,
  body,
  upgraded,
}: ApiResponse): Promise<EngineResponse> {
  if (upgraded !== undefined) {
    await upgraded.readable.cancel();
    throw new KindError('notImplemented', 'Cannot upgrade a connection: use a shell instead');
  }
  if (!(body instanceof ReadableStream)) {
    return { status, headers, body: body ?? new Uint8Array() };
  }
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > responseBytesMax) {
      throw new KindError(
        'resourceExhausted',
        `Cannot read response: more than ${responseBytesMax} bytes`,
      );
    }
    chunks.push(chunk);
  }
  const whole = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return { status, headers, body: whole };
}

expose(api);
